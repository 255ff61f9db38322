"""Passwords of global accounts: checked in the same time for known and unknown addresses, changed, reset by mail."""

from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from platform_core.accounts.models import BrowserSession, User
from platform_core.accounts.queries import account_of_email
from platform_core.accounts.services.attempts import MAIL, SECRET, SIGN_IN, count_attempt, forget_attempts
from platform_core.accounts.services.audit import record_account_audit
from platform_core.accounts.services.links import public_url
from platform_core.accounts.services.mail import send_text_mail
from platform_core.api.errors import NotAuthenticatedError, ValidationFailedError
from tenants.scope import public_scope

WRONG: Final = "Wrong e-mail or password."
INVALID_LINK: Final = "This link is not valid or has expired: ask for a new one."
CONFIRM_PATH: Final = "/api/auth/password/reset/confirm/"
MAX_UID: Final = 40

_reset_tokens = PasswordResetTokenGenerator()


def check_credentials(*, email: str, password: str) -> User:
    """Return the account that an address and its password belong to.

    The failure count is cleared by `accept_sign_in`, once the caller has found nothing else wrong.

    Raises:
        ThrottledError: too many tries from this address or for this account.
        NotAuthenticatedError: unknown, wrong or switched off; the answer does not say which.
    """
    count_attempt(SIGN_IN, email)
    user = account_of_email(email)
    with public_scope():
        if user is None:
            # The same work as for a known address, so that time tells nothing.
            User().set_password(password)
            raise NotAuthenticatedError(WRONG)
        if not user.check_password(password) or not user.is_active:
            raise NotAuthenticatedError(WRONG)
    return user


def accept_sign_in(user: User) -> None:
    """Note a success: clears the failures, which also ends the reset links mailed before."""
    forget_attempts(SIGN_IN, user.email or "")
    with public_scope():
        user.last_login = timezone.now()
        user.save(update_fields=["last_login"])


def check_new_password(password: str, user: User | None = None, *, field: str = "password") -> None:
    """Check a password that is about to be set.

    Raises:
        ValidationFailedError: it is too weak; the messages say why.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationFailedError(validation_errors={field: error.messages}) from error


@transaction.atomic
def set_password(*, user: User, password: str, action: str) -> None:
    """Give an account a new password and end its sessions on the public host.

    The caller ends those in organizations: `members.services.sign_in.end_sign_ins_everywhere`.

    Args:
        action: audit name, `account.password_changed` or `account.password_reset`.

    Raises:
        ValidationFailedError: the password is too weak.
    """
    check_new_password(password, user, field="new_password")
    with public_scope():
        user.set_password(password)
        user.save(update_fields=["password", "updated_at"])
        BrowserSession.objects.filter(user=user).delete()
    record_account_audit(user=user, action=action)


def request_reset(email: str) -> None:
    """Mail a reset link that works for an hour and once. An unknown address gets a mail too: the work tells nothing.

    Raises:
        ThrottledError: too many requests from this address or for this account.
    """
    count_attempt(MAIL, email)
    user = account_of_email(email)
    if user is None or not user.is_active:
        body = "Somebody asked to reset the password of this address, but it has no account here. Do nothing."
    else:
        uid, token = reset_link_parts(user)
        body = (
            "Somebody, hopefully you, asked to reset your password. Within an hour, send a new one:\n\n"
            f"POST {public_url(CONFIRM_PATH)}\n"
            f'{{"uid": "{uid}", "token": "{token}", "new_password": "..."}}\n\n'
            "If it was not you, do nothing: your password stays as it is."
        )
    send_text_mail(to=email, subject="Reset of your password", body=body)


def reset_link_parts(user: User) -> tuple[str, str]:
    """Return (uid, token) of a reset link; the token dies with the next sign-in or change of password or address."""
    return urlsafe_base64_encode(str(user.pk).encode()), _reset_tokens.make_token(user)


def account_of_reset_link(*, uid: str, token: str) -> User:
    """Return the account that a reset link was mailed to.

    Raises:
        ThrottledError: too many tries.
        ValidationFailedError: the link is forged, used or expired.
    """
    count_attempt(SECRET, uid)
    user = _account_of_uid(uid)
    if user is None or not user.is_active or not _reset_tokens.check_token(user, token):
        raise ValidationFailedError(INVALID_LINK, validation_errors={"token": [INVALID_LINK]})
    return user


def _account_of_uid(uid: str) -> User | None:
    try:
        number = int(urlsafe_base64_decode(uid[:MAX_UID]).decode("ascii"))
    except ValueError:
        return None
    with public_scope():
        return User.objects.filter(pk=number).first()
