"""Invitations: single-use, bound to an address, expiring. The secret goes by mail only: using it proves the address."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from platform_core.accounts.models import User
from platform_core.accounts.queries import account_of_email
from platform_core.accounts.services.attempts import MAIL, SECRET, count_attempt
from platform_core.accounts.services.links import organization_url
from platform_core.accounts.services.mail import send_text_mail
from platform_core.accounts.services.passwords import accept_sign_in, check_credentials
from platform_core.accounts.services.sign_up import create_account
from platform_core.api.errors import NotFoundError, PermissionDeniedError, ValidationFailedError
from platform_core.events.services import record_audit
from platform_core.members.credentials import digest_of, new_link_secret
from platform_core.members.models import CustomRole, Invitation, Member, OrganizationPolicy, Role
from platform_core.members.principal import Principal
from platform_core.members.queries.acting import acting_member
from platform_core.members.queries.organization import organization_card, organization_domains
from platform_core.members.queries.policies import policy_here
from platform_core.members.queries.roles import custom_role_here
from platform_core.members.services.handing_out import may_give, refuse_above
from platform_core.members.services.membership import add_member
from platform_core.projects.services.access import give_access
from tenants.models import organization_refs
from tenants.scope import OrganizationRef, current_organization, current_organization_or_none, tenant_scope

LIFETIME: Final = timedelta(days=7)
MAX_OPEN: Final = 1000
ACCEPT_PATH: Final = "/api/invites/accept/"
INVALID: Final = "This invitation is not valid, was used, or has expired."


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleToGive:
    """What an invitation gives: a built-in role by its code, or one of the organization's own by its id.

    Attributes:
        custom: id of the custom role, which counts instead of `code`.
    """

    code: str = Role.ANNOTATOR
    custom: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Proof of the person who accepts: signed in on the public host, or a password, old or new."""

    signed_in_user_id: int | None = None
    password: str = ""
    first_name: str = ""
    last_name: str = ""


@transaction.atomic
def invite(*, email: str, give: RoleToGive, actor: Principal, projects: Collection[int] = ()) -> Invitation:
    """Invite an address; an open invitation of it is replaced. The answer is the same whether it has an account or not.

    Args:
        projects: ids of projects that the newcomer gets access to; the caller has checked that the actor may say so.

    Raises:
        NotFoundError: there is no such custom role.
        PermissionDeniedError: the role is above the actor's own.
        ValidationFailedError: the role is unknown, the person is a member here, or too many invitations are open.
    """
    address = email.strip().lower()
    role, custom = _role_to_give(give, actor)
    if Member.objects.filter(email=address, removed_at=None).exists():
        raise ValidationFailedError(validation_errors={"email": ["This person is a member already."]})
    row = Invitation(
        email=address, role=role, custom_role=custom, invited_by_id=actor.id, projects=sorted(set(projects))
    )
    return _write(row, actor=actor)


@transaction.atomic
def invite_many(
    *, emails: Collection[str], give: RoleToGive, actor: Principal, projects: Collection[int] = ()
) -> list[Invitation]:
    """Invite addresses, all or none.

    Raises:
        NotFoundError: there is no such custom role.
        PermissionDeniedError: the role is above the actor's own.
        ValidationFailedError: as `invite`; the message names the address.
    """
    rows = []
    for email in sorted({email.strip().lower() for email in emails}):
        try:
            rows.append(invite(email=email, give=give, actor=actor, projects=projects))
        except ValidationFailedError as error:
            raise ValidationFailedError(validation_errors={"emails": [f"{email}: {error.detail}"]}) from error
    return rows


@transaction.atomic
def revoke_invitations_of(*, email: str, actor: Principal) -> None:
    """Withdraw the open invitation of an address.

    Raises:
        NotFoundError: there is none.
        PermissionDeniedError: its role is above the actor's own.
    """
    address = email.strip().lower()
    row = Invitation.objects.filter(email=address, accepted_at=None, revoked_at=None).order_by("-created_at").first()
    if row is None:
        raise NotFoundError("There is no open invitation of this address.")
    revoke_invitation(invitation_id=row.pk, actor=actor)


def ask_to_join(*, secret: str, email: str) -> None:
    """Mail an invitation to whoever knows the open link; the answer is the same for every address.

    Raises:
        ThrottledError: too many tries.
        ValidationFailedError: the link is not valid any more.
    """
    count_attempt(SECRET, digest_of(secret))
    policy = open_link_policy(secret)
    address = email.strip().lower()
    count_attempt(MAIL, address)
    hint = _why_not_to_join(address)
    if hint is not None:
        body = f"Somebody, hopefully you, wants to join with this address. {hint}"
        send_text_mail(to=address, subject=organization_card().name, body=body)
        return
    with transaction.atomic():
        _write(Invitation(email=address, role=policy.default_role, link_digest=policy.invite_digest), actor=None)


def _why_not_to_join(address: str) -> str | None:
    """Return what somebody should do instead; a stranger with the link must not replace a member's invitation."""
    if Member.objects.filter(email=address, removed_at=None).exists():
        return "You are a member already: sign in."
    sent = Invitation.objects.filter(email=address, link_digest="", accepted_at=None, revoked_at=None)
    if sent.filter(expires_at__gt=timezone.now()).exists():
        return "A member has invited you already: use that mail."
    return None


def open_link_policy(secret: str) -> OrganizationPolicy:
    """Return the organization's rules for newcomers, to who knows its open link.

    Raises:
        ValidationFailedError: there is no open link, or another one.
    """
    policy = policy_here()
    if not policy.invite_digest or not constant_time_compare(policy.invite_digest, digest_of(secret)):
        raise _invalid()
    return policy


def _write(row: Invitation, *, actor: Principal | None) -> Invitation:
    """Save an invitation in place of an open one of the same address, and mail its secret."""
    now = timezone.now()
    still_open = Invitation.objects.select_for_update().filter(accepted_at=None, revoked_at=None)
    still_open.filter(email=row.email).update(revoked_at=now, updated_at=now)
    if still_open.filter(expires_at__gt=now).count() >= MAX_OPEN:
        raise ValidationFailedError(f"{MAX_OPEN} invitations are open already: revoke some first.")
    secret = new_link_secret()
    row.digest, row.expires_at = digest_of(secret), now + LIFETIME
    row.save(force_insert=True)
    record_audit(
        actor=actor,
        action="invitation.created",
        target_type="invitation",
        target_id=str(row.pk),
        data={
            "email": row.email,
            "role": row.custom_role.name if row.custom_role is not None else row.role,
            "by_link": bool(row.link_digest),
        },
    )
    subject, body = _letter(f"{current_organization().id}.{secret}")
    transaction.on_commit(partial(send_text_mail, to=row.email, subject=subject, body=body), robust=True)
    return row


@transaction.atomic
def revoke_invitation(*, invitation_id: UUID, actor: Principal) -> None:
    """Withdraw an open invitation.

    Raises:
        NotFoundError: there is no open one with this id.
        PermissionDeniedError: its role is above the actor's own.
    """
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("custom_role")
    row = rows.filter(pk=invitation_id, accepted_at=None, revoked_at=None).first()
    if row is None:
        raise NotFoundError("There is no such open invitation.")
    refuse_above(actor, row.role, row.custom_role)
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
            # The role first, as who deletes it does; the row is read again: of two who accept at once, one wins.
            if found.custom_role_id is not None:
                CustomRole.objects.select_for_update(no_key=True).filter(pk=found.custom_role_id).first()
            row = _open_row(secret, lock=True)
            user = user or create_account(
                email=row.email,
                password=acceptance.password,
                first_name=acceptance.first_name,
                last_name=acceptance.last_name,
            )
            row.accepted_at = timezone.now()
            row.save(update_fields=["accepted_at", "updated_at"])
            member = add_member(user=user, role=row.role, custom=row.custom_role, actor=None)
            give_access(member_id=member.pk, project_ids=row.projects)
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


def _role_to_give(give: RoleToGive, actor: Principal) -> tuple[str, CustomRole | None]:
    custom = custom_role_here(give.custom) if give.custom is not None else None
    role = custom.base if custom is not None else give.code
    if role not in Role.values:
        raise ValidationFailedError(
            validation_errors={"role": [f"Unknown role {role!r}; one of {', '.join(Role.values)}."]}
        )
    refuse_above(actor, role, custom)
    return role, custom


def _open_row(secret: str, *, lock: bool = False) -> Invitation:
    """Return the invitation if it is open and whoever sent it, member or open link, may still give its role."""
    rows = Invitation.objects.select_related("custom_role")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.filter(
        digest=digest_of(secret), accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    ).first()
    if row is None or not (_link_still_invites(row) if row.link_digest else _sender_still_invites(row)):
        raise _invalid()
    return row


def _link_still_invites(row: Invitation) -> bool:
    policy = policy_here()
    return policy.invite_digest == row.link_digest and policy.default_role == row.role


def _sender_still_invites(row: Invitation) -> bool:
    sender = acting_member(row.invited_by_id) if row.invited_by_id is not None else None
    return sender is not None and may_give(sender, row.role, row.custom_role)


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
