"""The demo's organizations, their owners, tokens and addresses: made at the first start, found again later."""

from dataclasses import dataclass

from django.db import transaction

from platform_core.accounts.models import User
from platform_core.events.services import record_audit
from platform_core.members.credentials import digest_of, shown_prefix
from platform_core.members.models import ApiKey, Member, Role
from platform_core.members.services.organizations import create_organization
from platform_core.quickstart.demo.credentials import DemoAccount
from tenants.models import Domain, OrganizationStatus, organization_refs
from tenants.scope import OrganizationRef, public_scope, tenant_scope

_KEY_NAME = "Demo"
_LOOPBACK = "127.0.0.1"


class ForeignOrganizationError(RuntimeError):
    """An organization with a demo's slug or address is there and is not the demo's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOrganization:
    """A demo organization, found or made.

    Attributes:
        is_new: made just now.
    """

    ref: OrganizationRef
    is_new: bool


@transaction.atomic
def ensure_organization(*, slug: str, name: str, account: DemoAccount) -> DemoOrganization:
    """Make the organization unless it is there, and see to it that the account opens it.

    An account from the file is left as its owner may have changed it; only a missing key comes back. An account that
    is new, because the file was deleted, gets its new password.

    Raises:
        ForeignOrganizationError: an organization of this name belongs to somebody else.
    """
    with public_scope():
        found = organization_refs(slug=slug)
    if found:
        ref = found[0]
        _refuse_foreign(ref, account)
    else:
        ref = _create(slug, name, account)
    if account.is_new:
        _set_password(account)
    with tenant_scope(ref):
        _ensure_key(account)
    return DemoOrganization(ref=ref, is_new=not found)


@transaction.atomic
def set_loopback_ports(ports: dict[OrganizationRef, int]) -> None:
    """Let each organization answer on its port of 127.0.0.1, and on no other port of an earlier start.

    Raises:
        ForeignOrganizationError: an organization that is not the demo's answers there.
    """
    hosts = {f"{_LOOPBACK}:{port}": ref for ref, port in ports.items()}
    with public_scope():
        ids = [ref.id for ref in ports]
        taken = Domain.objects.filter(domain__in=hosts).exclude(tenant_id__in=ids).select_related("tenant").first()
        if taken is not None:
            raise ForeignOrganizationError(
                f"{taken.domain} leads to organization {taken.tenant.slug}. Choose another port with --port."
            )
        current = dict(
            Domain.objects.filter(tenant_id__in=ids, domain__startswith=f"{_LOOPBACK}:").values_list(
                "domain", "tenant_id"
            )
        )
        if current == {host: ref.id for host, ref in hosts.items()}:
            return
        Domain.objects.filter(domain__in=current).delete()
        for host, ref in hosts.items():
            Domain.objects.create(domain=host, tenant_id=ref.id, is_primary=False)


def _create(slug: str, name: str, account: DemoAccount) -> OrganizationRef:
    with public_scope():
        known = User.objects.filter(email=account.email).exists()
    # The owner outlives an organization that was deleted.
    return create_organization(
        slug=slug, name=name, owner_email=account.email, owner_password=None if known else account.password
    )


def _refuse_foreign(ref: OrganizationRef, account: DemoAccount) -> None:
    with public_scope():
        serving = bool(organization_refs(id=ref.id, status=OrganizationStatus.ACTIVE))
    with tenant_scope(ref):
        owner = Member.objects.filter(email=account.email, role=Role.OWNER, removed_at=None).exists()
    if not (serving and owner):
        raise ForeignOrganizationError(
            f"An organization {ref.slug} is there that is not the demo's: {account.email} does not own it, or it is "
            "being deleted. Start with --no-demo, or with another database."
        )


def _set_password(account: DemoAccount) -> None:
    with public_scope():
        owner = User.objects.get(email=account.email)
        owner.set_password(account.password)
        owner.save(update_fields=["password", "updated_at"])


def _ensure_key(account: DemoAccount) -> None:
    digest = digest_of(account.api_token)
    if ApiKey.objects.filter(digest=digest, revoked_at=None).exists():
        return
    owner = Member.objects.get(email=account.email)
    key, _made = ApiKey.objects.update_or_create(
        digest=digest,
        defaults={
            "member": owner,
            "name": _KEY_NAME,
            "prefix": shown_prefix(account.api_token),
            "expires_at": None,
            "revoked_at": None,
        },
    )
    record_audit(actor=None, action="api_key.created", target_type="api_key", target_id=str(key.pk))
