"""Sign-in on an organization's host, and the end of sign-ins everywhere after a change of password."""

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from platform_core.accounts.models import User
from platform_core.accounts.services.passwords import (
    WRONG,
    accept_sign_in,
    account_of_reset_link,
    check_credentials,
    set_password,
)
from platform_core.api.errors import NotAuthenticatedError, NotFoundError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.members.gate import memory
from platform_core.members.models import Member, RefreshToken, Session
from platform_core.members.principal import Principal
from platform_core.members.services.refresh_tokens import issue_refresh_token
from platform_core.members.sessions import MEMBER_KEY
from platform_core.members.types import IssuedSecret
from tenants.models import organization_refs
from tenants.scope import public_scope, tenant_scope


def check_member_credentials(*, email: str, password: str) -> Member:
    """Return the member whose address and password these are.

    Raises:
        ThrottledError: too many tries.
        NotAuthenticatedError: unknown, wrong, or no member here; the answer does not say which.
    """
    user = check_credentials(email=email, password=password)
    member = Member.objects.filter(pk=user.pk, removed_at=None).first()
    if member is None:
        raise NotAuthenticatedError(WRONG)
    accept_sign_in(user)
    return member


@transaction.atomic
def open_session(*, session: SessionBase, member: Member) -> None:
    """Sign a member in with a browser: a fresh session, so that a planted cookie is worth nothing."""
    session.flush()
    session[MEMBER_KEY] = member.pk
    session.create()
    record_audit(
        actor=None, action="member.signed_in", target_type="member", target_id=member.pk, data={"by": "session"}
    )


@transaction.atomic
def open_token(*, member: Member) -> IssuedSecret:
    """Sign a member in with a program: a refresh token."""
    record_audit(actor=None, action="member.signed_in", target_type="member", target_id=member.pk, data={"by": "token"})
    return issue_refresh_token(member_id=member.pk, actor=None)


@transaction.atomic
def close_session(*, session: SessionBase, actor: Principal) -> None:
    """Sign a browser out."""
    session.flush()
    record_audit(actor=actor, action="member.signed_out", target_type="member", target_id=actor.id)
    transaction.on_commit(memory.clear, robust=True)


def change_password(*, user_id: int, current_password: str, new_password: str) -> None:
    """Change the password of the account that acts; every session and refresh token of it ends, API keys stay.

    Raises:
        ThrottledError: too many tries.
        ValidationFailedError: the current password is wrong, or the new one too weak.
    """
    with public_scope():
        user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFoundError
    try:
        user = check_credentials(email=user.email or "", password=current_password)
    except NotAuthenticatedError as error:
        raise ValidationFailedError(validation_errors={"current_password": ["This is not your password."]}) from error
    with transaction.atomic():
        set_password(user=user, password=new_password, action="account.password_changed")
        end_sign_ins_everywhere(user.pk)
    accept_sign_in(user)


def reset_password(*, uid: str, token: str, new_password: str) -> None:
    """Set a password by the link of a reset mail; every session and refresh token of the account ends, API keys stay.

    Raises:
        ThrottledError: too many tries.
        ValidationFailedError: the link is forged, used or expired, or the password too weak.
    """
    user = account_of_reset_link(uid=uid, token=token)
    with transaction.atomic():
        set_password(user=user, password=new_password, action="account.password_reset")
        end_sign_ins_everywhere(user.pk)
    accept_sign_in(user)


@transaction.atomic
def end_sign_ins_everywhere(user_id: int) -> None:
    """End sessions and refresh tokens of an account in every organization it belongs to."""
    with public_scope():
        organizations = organization_refs(memberships__user_id=user_id)
    now = timezone.now()
    for organization in organizations:
        with tenant_scope(organization):
            Session.objects.filter(member_id=user_id).delete()
            RefreshToken.objects.filter(member_id=user_id, revoked_at=None).update(revoked_at=now, updated_at=now)
    transaction.on_commit(memory.clear, robust=True)
