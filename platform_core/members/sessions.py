"""Browser sessions: a row in the organization's schema, or in `public` on the public host.

A cookie copied to another organization finds no row there. Only the digest of the cookie's value is stored.
"""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from platform_core.accounts.models import BrowserSession
from platform_core.members.credentials import digest_of
from platform_core.members.models import Session
from tenants.scope import current_organization_or_none

MEMBER_KEY = "member_id"
USER_KEY = "user_id"


class SessionStore(SessionBase):
    """Session whose table is that of the scope it is used in."""

    @property
    def stored_key(self) -> str:
        """Return the digest under which the row is kept."""
        return digest_of(self.session_key or "")

    def exists(self, session_key: str) -> bool:
        """Say whether a session has this key."""
        return bool(_table().objects.filter(session_key=digest_of(session_key)).exists())

    def create(self) -> None:
        """Make an empty session under a fresh key."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write the session.

        Raises:
            CreateError: the key is taken and `must_create` is set.
            UpdateError: the row is gone, for it was revoked meanwhile.
        """
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        values: dict[str, Any] = {"session_data": self.encode(data), "expire_date": self.get_expiry_date()}
        table = _table()
        values["member_id" if table is Session else "user_id"] = data.get(MEMBER_KEY if table is Session else USER_KEY)
        if must_create:
            try:
                with transaction.atomic():
                    table.objects.create(session_key=self.stored_key, **values)
            except IntegrityError as error:
                raise CreateError from error
        elif not table.objects.filter(session_key=self.stored_key).update(**values, updated_at=timezone.now()):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """Remove a session."""
        key = session_key or self.session_key
        if key is not None:
            _table().objects.filter(session_key=digest_of(key)).delete()

    def load(self) -> dict[str, Any]:
        """Return the content; an unknown or expired key gives an empty session without a key."""
        row = _table().objects.filter(session_key=self.stored_key, expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    @classmethod
    def clear_expired(cls) -> None:
        """Delete the sessions of the scope that have expired."""
        moment: datetime = timezone.now()
        _table().objects.filter(expire_date__lt=moment).delete()


def _table() -> Any:
    model: type[models.Model] = Session if current_organization_or_none() is not None else BrowserSession
    return model
