"""Credentials of the demo: made once, kept in one file with mode 0600, the same at every start."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platform_core.embedded.private_files import write_private
from platform_core.members.credentials import new_api_key

_PASSWORD_BYTES = 15


class DamagedCredentialsError(RuntimeError):
    """The file cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """How the owner of a demo organization gets in.

    Attributes:
        is_new: made just now; the password that an existing account has is not known.
    """

    email: str
    password: str
    api_token: str
    is_new: bool = False


def account_of(path: Path, slug: str) -> DemoAccount:
    """Return the account kept in the file for an organization, or a new one with random secrets.

    Raises:
        DamagedCredentialsError: the file is there and is not what `write_credentials` writes.
    """
    if not path.is_file():
        return _new_account(slug)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))["organizations"].get(slug)
        if kept is None:
            return _new_account(slug)
        return DemoAccount(email=kept["email"], password=kept["password"], api_token=kept["api_token"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{path} is damaged. Delete it, and the demo gets new passwords and tokens."
        raise DamagedCredentialsError(message) from error


def write_credentials(path: Path, *, public_url: str, accounts: Mapping[str, tuple[str, DemoAccount]]) -> None:
    """Replace the file.

    Args:
        accounts: slug to URL and account.
    """
    organizations = {
        slug: {"url": url, "email": account.email, "password": account.password, "api_token": account.api_token}
        for slug, (url, account) in accounts.items()
    }
    write_private(path, json.dumps({"public_url": public_url, "organizations": organizations}, indent=2) + "\n")


def _new_account(slug: str) -> DemoAccount:
    return DemoAccount(
        email=f"owner@{slug}.example",
        password=secrets.token_urlsafe(_PASSWORD_BYTES),
        api_token=new_api_key(),
        is_new=True,
    )
