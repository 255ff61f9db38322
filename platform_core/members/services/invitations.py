"""Invitations: single-use, bound to an address, expiring. The secret goes by mail only: using it proves the address."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from platform_core.accounts.models import User
from platform_core.accounts.queries import account_of_email
from platform_core.accounts.services.attempts import SECRET, count_attempt
from platform_core.accounts.services.links import organization_url
from platform_core.accounts.services.mail import send_text_mail
from platform_core.accounts.services.passwords import accept_sign_in, check_credentials
from platform_core.accounts.services.sign_up import create_account
from platform_core.api.errors import NotFoundError, PermissionDeniedError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.members.credentials import digest_of, new_link_secret
from platform_core.members.models import Invitation, Member, Role
from platform_core.members.permissions import may_hand_out
from platform_core.members.principal import Principal
from platform_core.members.queries.organization import organization_card, organization_domains
from platform_core.members.services.membership import add_member
from tenants.models import organization_refs
from tenants.scope import OrganizationRef, current_organization, current_organization_or_none, tenant_scope

LIFETIME: Final = timedelta(days=7)
MAX_OPEN: Final = 1000
ACCEPT_PATH: Final = "/api/invites/accept/"
INVALID: Final = "This invitation is not valid, was used, or has expired."


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Proof of the person who accepts: signed in on the public host, or a password, old or new."""

    signed_in_user_id: int | None = None
    password: str = ""
    first_name: str = ""
    last_name: str = ""


@transaction.atomic
def invite(*, email: str, role: str, actor: Principal) -> Invitation:
    """Invite an address; an open invitation of it is replaced. The answer is the same whether it has an account or not.

    Raises:
        PermissionDeniedError: the role is above the actor's own.
        ValidationFailedError: the role is unknown, the person is a member here, or too many invitations are open.
    """
    address = email.strip().lower()
    _check(address, role, actor)
    now = timezone.now()
    still_open = Invitation.objects.select_for_update().filter(accepted_at=None, revoked_at=None)
    still_open.filter(email=address).update(revoked_at=now, updated_at=now)
    if still_open.filter(expires_at__gt=now).count() >= MAX_OPEN:
        raise ValidationFailedError(f"{MAX_OPEN} invitations are open already: revoke some first.")
    secret = new_link_secret()
    row = Invitation.objects.create(
        email=address, role=role, digest=digest_of(secret), expires_at=now + LIFETIME, invited_by_id=actor.id
    )
    record_audit(
        actor=actor,
        action="invitation.created",
        target_type="invitation",
        target_id=str(row.pk),
        data={"email": address, "role": role},
    )
    subject, body = _letter(f"{current_organization().id}.{secret}")
    transaction.on_commit(partial(send_text_mail, to=address, subject=subject, body=body))
    return row


@transaction.atomic
def revoke_invitation(*, invitation_id: UUID, actor: Principal) -> None:
    """Withdraw an open invitation.

    Raises:
        NotFoundError: there is no open one with this id.
        PermissionDeniedError: its role is above the actor's own.
    """
    row = Invitation.objects.select_for_update().filter(pk=invitation_id, accepted_at=None, revoked_at=None).first()
    if row is None:
        raise NotFoundError("There is no such open invitation.")
    _refuse_role_above(actor.role, row.role)
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at", "updated_at"])
    record_audit(actor=actor, action="invitation.revoked", target_type="invitation", target_id=str(row.pk))


def accept_invitation(*, token: str, acceptance: Acceptance) -> Member:
    """Make the invited person a member. On an organization's host only its own invitations count.

    Returns:
        The member, in the invitation's organization; `organization_of_token` names it.

    Raises:
        ThrottledError: too many tries.
        ValidationFailedError: the invitation is not valid, or the new account's password is too weak.
        NotAuthenticatedError: the address has an account, and the password is not its.
        PermissionDeniedError: somebody else is signed in.
    """
    count_attempt(SECRET, digest_of(token))
    organization, secret = organization_of_token(token)
    with tenant_scope(organization):
        found = _open_row(secret)
        user = _person(found.email, acceptance)
        with transaction.atomic():
            # Locked and read again: of two who accept at once, one wins.
            row = _open_row(secret, lock=True)
            user = user or create_account(
                email=row.email,
                password=acceptance.password,
                first_name=acceptance.first_name,
                last_name=acceptance.last_name,
            )
            row.accepted_at = timezone.now()
            row.save(update_fields=["accepted_at", "updated_at"])
            member = add_member(user=user, role=row.role, actor=None)
            record_audit(
                actor=None,
                action="invitation.accepted",
                target_type="invitation",
                target_id=str(row.pk),
                data={"member": member.pk},
            )
    return member


def organization_of_token(token: str) -> tuple[OrganizationRef, str]:
    """Return the organization that a mailed token belongs to, and its secret part.

    Raises:
        ValidationFailedError: it belongs to none, or to another one than the host's.
    """
    number, _, secret = token.partition(".")
    here = current_organization_or_none()
    if not (number.isascii() and number.isdigit()) or len(number) > 18 or not secret:
        raise _invalid()
    if here is not None and here.id != int(number):
        raise _invalid()
    refs = [here] if here is not None else organization_refs(pk=int(number), status="active")
    if not refs:
        raise _invalid()
    return refs[0], secret


def _check(address: str, role: str, actor: Principal) -> None:
    if role not in Role.values:
        raise ValidationFailedError(
            validation_errors={"role": [f"Unknown role {role!r}; one of {', '.join(Role.values)}."]}
        )
    _refuse_role_above(actor.role, role)
    if Member.objects.filter(email=address, removed_at=None).exists():
        raise ValidationFailedError(validation_errors={"email": ["This person is a member already."]})


def _refuse_role_above(giver: str, role: str) -> None:
    if not may_hand_out(giver=giver, role=role):
        raise PermissionDeniedError(f"The role {Role(role).label} is above yours: ask somebody who has it.")


def _open_row(secret: str, *, lock: bool = False) -> Invitation:
    """Return the invitation if it is open and whoever sent it may still give its role."""
    rows = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects.all()
    row = (
        rows.select_related("invited_by")
        .filter(digest=digest_of(secret), accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
        .first()
    )
    sender = row.invited_by if row is not None else None
    if row is None or sender is None or not sender.is_active or not may_hand_out(giver=sender.role, role=row.role):
        raise _invalid()
    return row


def _person(email: str, acceptance: Acceptance) -> User | None:
    """Return the account that accepts; None where the address has none yet."""
    user = account_of_email(email)
    if acceptance.signed_in_user_id is not None:
        if user is None or user.pk != acceptance.signed_in_user_id:
            raise PermissionDeniedError("This invitation was sent to another address than yours.")
        return user
    if not acceptance.password:
        raise ValidationFailedError(
            validation_errors={"password": ["Give your password, or choose one for a new account."]}
        )
    if user is None:
        return None
    user = check_credentials(email=email, password=acceptance.password)
    accept_sign_in(user)
    return user


def _invalid() -> ValidationFailedError:
    return ValidationFailedError(INVALID, validation_errors={"token": [INVALID]})


def _letter(token: str) -> tuple[str, str]:
    card = organization_card()
    url = organization_url(organization_domains()[0], ACCEPT_PATH)
    body = (
        f"You are invited to {card.name}. Within {LIFETIME.days} days, accept with your password, "
        "or with a new one if you have no account yet:\n\n"
        f"POST {url}\n"
        f'{{"token": "{token}", "password": "..."}}\n\n'
        "If you do not know the organization, do nothing."
    )
    return f"Invitation to {card.name}", body
