"""From a credential to a principal, in one query, remembered for half a second.

The credential, the membership, the role, the teams' permissions and the enabled plugins come from one statement in the
organization's schema. A key of another organization is simply not there. The memory is per process and never older
than `ShortMemory.seconds`; the key of an entry holds the schema, so two organizations can never share one.
"""

import uuid
from dataclasses import replace
from typing import Any, Final

import orjson
from django.db import connection

from platform_core.members.permissions import permissions_of
from platform_core.members.principal import CredentialKind, Principal
from platform_core.plugins.permissions import plugin_permissions
from platform_core.plugins.queries.enabled import remember_enabled_plugins
from tenants.scope import current_organization
from tenants.short_memory import ShortMemory

_COLUMNS = """
    m.id, m.email, m.username, m.first_name, m.last_name, m.role, m.custom_role_id, c.permissions,
    ARRAY(SELECT t.permission FROM members_teammembership tm JOIN members_team t ON t.id = tm.team_id
          WHERE tm.member_id = m.id AND t.permission <> ''),
    ARRAY(SELECT a.slug FROM plugins_activation a WHERE a.state = 'enabled'),
    ARRAY(SELECT w.value FROM plugins_activation a, jsonb_array_elements_text(a.withheld) w WHERE a.state = 'enabled')
"""
_ACTIVE = "m.removed_at IS NULL"
# A member's own role, and the organization's rules; each is at most one row.
_RULES = """
    LEFT JOIN members_customrole c ON c.id = m.custom_role_id
    LEFT JOIN members_organizationpolicy p ON TRUE"""
_RECENT = "> now() - interval '1 minute'"
_MEMBER_IS_STALE = f"COALESCE(m.last_activity {_RECENT}, FALSE) IS FALSE"
# The parts are constants of this module; every value is a parameter.
_QUERIES: Final[dict[CredentialKind, str]] = {
    "api_key": f"""
        SELECT {_COLUMNS}, k.id, k.scopes, k.scopes IS NOT NULL OR k.expires_at IS NOT NULL,
               {_MEMBER_IS_STALE} OR COALESCE(k.last_used_at {_RECENT}, FALSE) IS FALSE
        FROM members_apikey k JOIN members_member m ON m.id = k.member_id {_RULES}
        WHERE k.digest = %s AND k.revoked_at IS NULL
              AND (k.expires_at IS NULL OR k.expires_at > now()) AND {_ACTIVE}
              AND p.legacy_api_tokens_enabled IS NOT FALSE""",  # noqa: S608
    "access_token": f"""
        SELECT {_COLUMNS}, r.id, NULL, FALSE, {_MEMBER_IS_STALE}
        FROM members_refreshtoken r JOIN members_member m ON m.id = r.member_id {_RULES}
        WHERE r.id = %s AND r.revoked_at IS NULL AND {_ACTIVE}
              AND p.api_tokens_enabled IS NOT FALSE
              AND (p.api_token_ttl_days IS NULL
                   OR r.created_at > now() - p.api_token_ttl_days * interval '1 day')""",  # noqa: S608
    "session": f"""
        SELECT {_COLUMNS}, NULL, NULL, FALSE, {_MEMBER_IS_STALE} OR s.updated_at <= now() - interval '1 minute'
        FROM members_session s JOIN members_member m ON m.id = s.member_id {_RULES}
        WHERE s.session_key = %s AND s.expire_date > now() AND {_ACTIVE}
              AND (p.max_session_age IS NULL OR s.created_at > now() - p.max_session_age * interval '1 minute')
              -- Uses are noted to the minute, so nobody is sent away before the time.
              AND (p.max_time_between_activity IS NULL
                   OR s.updated_at > now() - (p.max_time_between_activity + 1) * interval '1 minute')""",  # noqa: S608
}
_TOUCH_KEY = """
    UPDATE members_apikey SET last_used_at = now()
    WHERE id = %s AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')"""
_TOUCH_SESSION = """
    UPDATE members_session SET updated_at = now()
    WHERE session_key = %s AND updated_at <= now() - interval '1 minute'"""
_TOUCH_MEMBER = """
    UPDATE members_member SET last_activity = now()
    WHERE id = %s AND (last_activity IS NULL OR last_activity < now() - interval '1 minute')"""


memory: Final[ShortMemory[tuple[str, str, str], Principal | None]] = ShortMemory()
"""Principals by schema, kind of credential and proof."""


def principal_of(kind: CredentialKind, proof: str) -> Principal | None:
    """Return who holds a credential in the organization in scope, or None.

    Args:
        kind: which credential.
        proof: digest of an API key, id of a refresh token, or stored key of a session.
    """
    organization = current_organization()
    key = (organization.schema, kind, proof)
    known, principal = memory.get(key)
    if known:
        return principal
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES[kind], [proof])
        row = cursor.fetchone()
        principal = _principal(kind, row) if row is not None else None
        if principal is not None:
            remember_enabled_plugins(principal.enabled_plugins, frozenset(row[10]))
            if row[-1]:
                _touch(cursor, principal, proof)
    memory.put(key, principal)
    return principal


def principal_of_member(member_id: int, *, permissions: frozenset[str]) -> Principal | None:
    """Return a member for work that goes on after the request, or None when the membership has ended.

    Args:
        permissions: what the credential allowed when the work was asked for; nothing beyond it is allowed now.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS}, NULL, NULL, TRUE, FALSE FROM members_member m {_RULES} WHERE m.id = %s AND {_ACTIVE}",  # noqa: S608
            [member_id],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    principal = _principal("platform", row)
    return replace(principal, permissions=principal.permissions & permissions)


def _principal(kind: CredentialKind, row: tuple[Any, ...]) -> Principal:
    id_, email, username, first_name, last_name, role, custom_role, custom, granted, enabled, withheld = row[:11]
    credential_id, scopes, limited, _stale = row[11:]
    enabled_plugins = frozenset(enabled)
    permissions = permissions_of(
        role=role,
        custom=None if custom_role is None else _codenames(custom),
        granted=granted,
        plugin_permissions=plugin_permissions(enabled_plugins, frozenset(withheld)),
    )
    if scopes is not None:
        permissions &= frozenset(_codenames(scopes))
    return Principal(
        id=id_,
        email=email,
        username=username,
        first_name=first_name,
        last_name=last_name,
        role=role,
        custom_role=uuid.UUID(str(custom_role)) if custom_role else None,
        permissions=permissions,
        organization=current_organization(),
        enabled_plugins=enabled_plugins,
        credential=kind,
        credential_id=uuid.UUID(str(credential_id)) if credential_id else None,
        limited=limited,
    )


def _codenames(value: Any) -> list[str]:
    return list(orjson.loads(value)) if isinstance(value, str | bytes) else list(value)


def _touch(cursor: Any, principal: Principal, proof: str) -> None:
    """Note the use, at most once a minute; the gate's query says when it is time."""
    cursor.execute(_TOUCH_MEMBER, [principal.id])
    if principal.credential == "api_key":
        cursor.execute(_TOUCH_KEY, [principal.credential_id])
    elif principal.credential == "session":
        cursor.execute(_TOUCH_SESSION, [proof])
