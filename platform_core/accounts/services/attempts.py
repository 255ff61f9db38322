"""Throttles of sign-in and mail: rows in `public`, counted before the work, so that a burst in parallel cannot slip by.

Each act counts on two keys, the client's address and the account; one statement counts both, atomically.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from platform_core.accounts.models import LoginAttempt
from platform_core.api.errors import ThrottledError
from platform_core.api.request_id import current_client_address
from platform_core.members.credentials import digest_of
from tenants.scope import public_scope

IPV6_PREFIX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How often an act may be tried within a window, from one address and for one account."""

    act: str
    per_address: int
    per_account: int
    window: timedelta


SIGN_IN: Final = Limit(act="", per_address=100, per_account=10, window=timedelta(minutes=15))
MAIL: Final = Limit(act="mail-", per_address=30, per_account=5, window=timedelta(hours=1))
SECRET: Final = Limit(act="secret-", per_address=60, per_account=60, window=timedelta(minutes=15))

_COUNT = """
    INSERT INTO accounts_loginattempt AS a (key, failures, window_started_at, created_at, updated_at)
    SELECT key, 1, %(now)s, %(now)s, %(now)s FROM unnest(%(keys)s::text[]) AS key ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN a.window_started_at <= %(start)s THEN 1 ELSE a.failures + 1 END,
        window_started_at = CASE WHEN a.window_started_at <= %(start)s THEN %(now)s ELSE a.window_started_at END,
        updated_at = %(now)s
    RETURNING key, failures, window_started_at"""


def count_attempt(limit: Limit, account: str) -> None:
    """Count one try of an act.

    Args:
        account: e-mail address, or another name of what is tried; only its digest is kept.

    Raises:
        ThrottledError: this is one try too many; `retry_after` is in seconds.
    """
    now = timezone.now()
    address_key, account_key = _keys(limit, account)
    most = {address_key: limit.per_address, account_key: limit.per_account}
    with public_scope(), connection.cursor() as cursor:
        cursor.execute(_COUNT, {"keys": sorted(most), "now": now, "start": now - limit.window})
        rows = cursor.fetchall()
    waits = [started + limit.window - now for key, failures, started in rows if failures > most[key]]
    if waits:
        seconds = max(1, int(max(waits).total_seconds()))
        raise ThrottledError(f"Too many attempts. Try again in {seconds} seconds.", data={"retry_after": seconds})


def forget_attempts(limit: Limit, account: str) -> None:
    """Clear an account's count after a success, and take the success back from the address's."""
    address_key, account_key = _keys(limit, account)
    with public_scope():
        LoginAttempt.objects.filter(key=account_key).delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_loginattempt SET failures = failures - 1 WHERE key = %s AND failures > 0",
                [address_key],
            )


def prune_attempts() -> int:
    """Delete the counts whose window has ended, and return how many there were; keys of strangers would pile up."""
    ended = timezone.now() - max(limit.window for limit in (SIGN_IN, MAIL, SECRET))
    with public_scope():
        deleted, _by_model = LoginAttempt.objects.filter(window_started_at__lt=ended).delete()
    return deleted


def _keys(limit: Limit, account: str) -> Sequence[str]:
    return (
        f"{limit.act}ip:{_network(current_client_address())}",
        f"{limit.act}account:{digest_of(account.strip().lower())}",
    )


def _network(address: str | None) -> str:
    """Return the address, or its /64 network where it is IPv6: a single line owns that many."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False).network_address)
    return str(parsed)
