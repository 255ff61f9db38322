"""API keys: shown once, kept as a digest, never wider than the member who makes them."""

import uuid
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.members.credentials import digest_of, new_api_key, shown_prefix
from platform_core.members.gate import memory
from platform_core.members.models import ApiKey, Member
from platform_core.members.principal import Principal
from platform_core.members.services.refresh_tokens import refuse_limited
from platform_core.members.types import IssuedSecret

MAX_LIVE_KEYS: Final = 100
SDK_TOKEN_NAME: Final = "SDK token"  # noqa: S105  (a name, not a secret)


@transaction.atomic
def create_api_key(
    *, actor: Principal, name: str, scopes: list[str] | None = None, expires_at: datetime | None = None
) -> IssuedSecret:
    """Make a key for the actor.

    Args:
        scopes: codenames the key is limited to; None means all that the member has, now and later.
        expires_at: end of the key (UTC); None means never.

    Raises:
        PermissionDeniedError: the actor's own credential is limited.
        ValidationFailedError: a scope is not the actor's, the end has passed, or there are too many keys.
    """
    refuse_limited(actor)
    # Locking the member counts keys one request at a time, so that the limit holds.
    Member.objects.select_for_update().get(pk=actor.id)
    if ApiKey.objects.filter(member_id=actor.id, revoked_at=None).count() >= MAX_LIVE_KEYS:
        raise ValidationFailedError(f"There are {MAX_LIVE_KEYS} keys already: revoke one first.")
    foreign = sorted(set(scopes or ()) - actor.permissions)
    if foreign:
        raise ValidationFailedError(
            validation_errors={"scopes": [f"Not among your permissions: {', '.join(foreign)}."]}
        )
    if expires_at is not None and expires_at <= timezone.now():
        raise ValidationFailedError(validation_errors={"expires_at": ["This time has passed already."]})
    return issue_api_key(member_id=actor.id, name=name, scopes=scopes, expires_at=expires_at, actor=actor)


@transaction.atomic
def issue_api_key(
    *,
    member_id: int,
    name: str,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    actor: Principal | None = None,
) -> IssuedSecret:
    """Write a key without asking who may; for commands and for services that have asked."""
    secret = new_api_key()
    row = ApiKey.objects.create(
        member_id=member_id,
        name=name,
        prefix=shown_prefix(secret),
        digest=digest_of(secret),
        scopes=sorted(set(scopes)) if scopes is not None else None,
        expires_at=expires_at,
    )
    record_audit(
        actor=actor, action="api_key.created", target_type="api_key", target_id=str(row.pk), data={"name": name}
    )
    return IssuedSecret(row=row, secret=secret)


@transaction.atomic
def revoke_api_key(*, key_id: uuid.UUID, actor: Principal) -> None:
    """Withdraw one of the actor's keys.

    Raises:
        NotFoundError: the actor has no such key.
    """
    row = ApiKey.objects.select_for_update().filter(pk=key_id, member_id=actor.id, revoked_at=None).first()
    if row is None:
        raise NotFoundError("You have no such key.")
    _revoke(row, actor)


@transaction.atomic
def reset_sdk_token(*, actor: Principal) -> IssuedSecret:
    """Replace the member's one `SDK token`, and the key in use, by a new full key.

    Raises:
        PermissionDeniedError: the actor's own credential is limited.
    """
    refuse_limited(actor)
    mine = ApiKey.objects.select_for_update().filter(member_id=actor.id, revoked_at=None)
    in_use = actor.credential_id if actor.credential == "api_key" else None
    for row in mine.filter(Q(name=SDK_TOKEN_NAME) | Q(pk=in_use)):
        _revoke(row, actor)
    return issue_api_key(member_id=actor.id, name=SDK_TOKEN_NAME, actor=actor)


def _revoke(row: ApiKey, actor: Principal) -> None:
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at", "updated_at"])
    record_audit(actor=actor, action="api_key.revoked", target_type="api_key", target_id=str(row.pk))
    transaction.on_commit(memory.clear, robust=True)
