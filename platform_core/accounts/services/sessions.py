"""Sign-in and sign-out on the public host."""

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from platform_core.accounts.models import User
from platform_core.accounts.queries import account_of_id
from platform_core.accounts.services.audit import record_account_audit
from platform_core.members.sessions import USER_KEY


@transaction.atomic
def open_account_session(*, session: SessionBase, user: User) -> None:
    """Sign an account in with a browser: a fresh session, so that a planted cookie is worth nothing."""
    session.flush()
    session[USER_KEY] = user.pk
    session.create()
    record_account_audit(user=user, action="account.signed_in")


@transaction.atomic
def close_account_session(*, session: SessionBase, user_id: int) -> None:
    """Sign a browser out."""
    session.flush()
    user = account_of_id(user_id)
    if user is not None:
        record_account_audit(user=user, action="account.signed_out")
