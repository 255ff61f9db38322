"""Sign-up in two steps: an address gets a mail; who holds its link makes the account and chooses the password.

Nothing is stored in between, and the first step answers the same for known and unknown addresses. The password comes
second, so that nobody can prepare an account with a known password under somebody else's address.
"""

from typing import Final

from django.core import signing
from django.db import IntegrityError, transaction

from platform_core.accounts.models import User
from platform_core.accounts.queries import account_of_email
from platform_core.accounts.services.attempts import MAIL, SECRET, count_attempt
from platform_core.accounts.services.audit import record_account_audit
from platform_core.accounts.services.links import public_url
from platform_core.accounts.services.mail import send_text_mail
from platform_core.accounts.services.passwords import INVALID_LINK, check_new_password
from platform_core.api.errors import ValidationFailedError
from platform_core.members.credentials import digest_of
from tenants.scope import public_scope

SALT: Final = "tenon.sign_up"
LIFETIME_SECONDS: Final = 24 * 3600
CONFIRM_PATH: Final = "/api/auth/signup/confirm/"


def request_sign_up(email: str) -> None:
    """Mail a sign-up link to an address, or a hint where it has an account.

    Raises:
        ThrottledError: too many requests from this address or for this account.
    """
    count_attempt(MAIL, email)
    if account_of_email(email) is not None:
        body = "Somebody, hopefully you, wants to sign up with this address. It has an account already: sign in."
    else:
        body = (
            "Welcome. Within a day, choose a password to make your account:\n\n"
            f"POST {public_url(CONFIRM_PATH)}\n"
            f'{{"token": "{sign_up_token(email)}", "password": "...", "first_name": "", "last_name": ""}}\n\n'
            "If you did not ask for this, do nothing."
        )
    send_text_mail(to=email, subject="Your account", body=body)


def sign_up_token(email: str) -> str:
    """Return the token of a sign-up link for an address."""
    return signing.dumps(email.strip().lower(), salt=SALT)


def confirm_sign_up(*, token: str, password: str, first_name: str = "", last_name: str = "") -> User:
    """Make the account a sign-up link was mailed for.

    Raises:
        ThrottledError: too many tries.
        ValidationFailedError: the link is forged, used or expired, or the password is too weak.
    """
    count_attempt(SECRET, digest_of(token))
    try:
        email = signing.loads(token, salt=SALT, max_age=LIFETIME_SECONDS)
    except signing.BadSignature as error:
        raise ValidationFailedError(INVALID_LINK, validation_errors={"token": [INVALID_LINK]}) from error
    return create_account(email=email, password=password, first_name=first_name, last_name=last_name)


@transaction.atomic
def create_account(*, email: str, password: str, first_name: str = "", last_name: str = "") -> User:
    """Make an account for an address that its owner has proved.

    Raises:
        ValidationFailedError: the password is too weak, or the address has an account by now.
    """
    check_new_password(password, User(email=email, first_name=first_name, last_name=last_name))
    try:
        with transaction.atomic(), public_scope():
            user = User.objects.create_user(email, password, first_name=first_name, last_name=last_name)
    except IntegrityError as error:
        raise ValidationFailedError(INVALID_LINK, validation_errors={"token": [INVALID_LINK]}) from error
    record_account_audit(user=user, action="account.created")
    return user
