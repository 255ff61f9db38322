"""Operators of the platform open no organization by being operators: they join it, for all to see, or stay out."""

from django.db import transaction

from platform_core.accounts.queries import account_of_email
from platform_core.accounts.services.audit import record_account_audit
from platform_core.api.errors import PermissionDeniedError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.members.models import Member, Role
from platform_core.members.services.membership import add_member
from tenants.scope import current_organization


@transaction.atomic
def join_as_operator(*, email: str, reason: str, role: str = Role.ADMINISTRATOR) -> Member:
    """Make a super administrator a member of the organization in scope; both audit trails say why.

    Raises:
        ValidationFailedError: no reason is given, or the person is a member already.
        PermissionDeniedError: the account is no active super administrator.
    """
    if not reason.strip():
        raise ValidationFailedError(validation_errors={"reason": ["Say why: the organization will read it."]})
    user = account_of_email(email)
    if user is None or not user.is_active or not user.is_super_admin:
        raise PermissionDeniedError("Only a super administrator joins as operator.")
    member = add_member(user=user, role=role, actor=None)
    record_audit(
        actor=None,
        action="member.joined_as_operator",
        target_type="member",
        target_id=member.pk,
        data={"reason": reason},
    )
    record_account_audit(
        user=user,
        action="account.joined_as_operator",
        data={"organization": current_organization().id, "reason": reason},
    )
    return member
