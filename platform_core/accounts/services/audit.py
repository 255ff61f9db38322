"""Audit entries without an organization."""

from typing import Any

from django.db import connection

from platform_core.accounts.models import User
from platform_core.api.request_id import current_client_address, current_request_id, current_user_agent
from tenants.models import GlobalAuditEntry
from tenants.scope import public_scope


def record_account_audit(*, user: User, action: str, data: dict[str, Any] | None = None) -> None:
    """Say what happened to an account; the row can never be changed.

    Args:
        action: past-tense name such as `account.signed_in`.
        data: what changed; never a secret.
    """
    assert connection.in_atomic_block, "audit entries are written in the transaction of their change"
    with public_scope():
        GlobalAuditEntry.objects.create(
            action=action,
            target_type="account",
            target_id=str(user.pk),
            data=data or {},
            actor_user_id=user.pk,
            actor_email=user.email or "",
            request_id=current_request_id(),
            ip_address=current_client_address(),
            user_agent=current_user_agent(),
        )
