"""Which operating system account runs PostgreSQL, which refuses to run as root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from platform_core.embedded.errors import EmbeddedServiceError

_PREFERRED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccount:
    """An existing account other than root."""

    name: str
    uid: int
    gid: int


def is_root() -> bool:
    """Say whether this process runs as root."""
    return os.geteuid() == 0


def account_for(data: Path) -> ServerAccount | None:
    """Return the account that must run the server on the folder `data`; None means the caller's own.

    An existing folder keeps its owner, so that installing an account `postgres` later does not lock the data out.

    Raises:
        EmbeddedServiceError: we are root and there is no other account.
    """
    if not is_root():
        return None
    if data.exists():
        return _from_entry(pwd.getpwuid(data.stat().st_uid))
    for name in _PREFERRED:
        try:
            return _from_entry(pwd.getpwnam(name))
        except KeyError:
            continue
    raise EmbeddedServiceError(
        "PostgreSQL refuses to run as root and this machine has neither an account postgres nor nobody. "
        "Run as a normal user, create the account (useradd --system postgres), or set DATABASE_URL."
    )


def _from_entry(entry: pwd.struct_passwd) -> ServerAccount:
    return ServerAccount(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
