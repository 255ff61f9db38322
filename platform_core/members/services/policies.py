"""Deciding for the whole organization: which credentials open it, how long sessions last, who may come by the link."""

from typing import Any, Final

from django.db import transaction

from platform_core.events.services import record_audit
from platform_core.members.credentials import digest_of, new_link_secret
from platform_core.members.gate import memory
from platform_core.members.models import Invitation, OrganizationPolicy
from platform_core.members.principal import Principal
from platform_core.members.services.handing_out import refuse_above
from platform_core.sealed_fields import save_secret
from tenants.scope import current_organization

TOKEN_RULES: Final = frozenset({"api_tokens_enabled", "legacy_api_tokens_enabled", "api_token_ttl_days"})
SESSION_RULES: Final = frozenset({"max_session_age", "max_time_between_activity"})


@transaction.atomic
def change_policy(*, changes: dict[str, Any], actor: Principal) -> OrganizationPolicy:
    """Change rules for tokens and sessions; they hold for the credentials that exist, too, and at once.

    Args:
        changes: checked values of fields in `TOKEN_RULES` and `SESSION_RULES`.
    """
    unknown = set(changes) - TOKEN_RULES - SESSION_RULES
    assert not unknown, f"not rules of an organization: {unknown}"
    return _changed(changes, action="organization.policy_changed", actor=actor)


@transaction.atomic
def set_default_role(*, role: str, actor: Principal) -> OrganizationPolicy:
    """Choose the built-in role of those who come by the open link.

    Raises:
        PermissionDeniedError: the role is above the actor's own.
    """
    refuse_above(actor, role)
    return _changed({"default_role": role}, action="organization.default_role_changed", actor=actor)


@transaction.atomic
def reset_open_link(*, actor: Principal) -> str:
    """Make a new open link, and switch it on; the former one, and invitations that came by it, die.

    Returns:
        The secret of the link.

    Raises:
        PermissionDeniedError: the role of newcomers is above the actor's own.
    """
    policy = _locked()
    refuse_above(actor, policy.default_role)
    secret = new_link_secret()
    _end_link(policy)
    policy.invite_digest = digest_of(secret)
    policy.save(update_fields=["invite_digest", "updated_at"])
    save_secret(policy, "invite_secret", secret)
    _record("organization.open_link_reset", {"default_role": policy.default_role}, actor)
    return secret


@transaction.atomic
def close_open_link(*, actor: Principal) -> None:
    """Switch the open link off; nobody comes without an invitation then."""
    policy = _locked()
    if not policy.invite_digest:
        return
    _end_link(policy)
    policy.invite_digest = ""
    policy.save(update_fields=["invite_digest", "updated_at"])
    save_secret(policy, "invite_secret", None)
    _record("organization.open_link_closed", {}, actor)


def _end_link(policy: OrganizationPolicy) -> None:
    if policy.invite_digest:
        Invitation.objects.filter(link_digest=policy.invite_digest, accepted_at=None).delete()


def _changed(changes: dict[str, Any], *, action: str, actor: Principal) -> OrganizationPolicy:
    policy = _locked()
    changed = {name: value for name, value in changes.items() if getattr(policy, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(policy, name, value)
        policy.save(update_fields=[*changed, "updated_at"])
        _record(action, changed, actor)
        transaction.on_commit(memory.clear, robust=True)
    return policy


def _locked() -> OrganizationPolicy:
    OrganizationPolicy.objects.get_or_create(pk=1)
    return OrganizationPolicy.objects.select_for_update().get(pk=1)


def _record(action: str, data: dict[str, Any], actor: Principal) -> None:
    record_audit(actor=actor, action=action, target_type="organization", target_id=current_organization().id, data=data)
