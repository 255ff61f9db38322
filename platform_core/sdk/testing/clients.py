"""API clients that act as a member of an organization, over the real middleware, with a real API key."""

import secrets

from django.conf import settings
from rest_framework.test import APIClient

from platform_core.accounts.models import User
from platform_core.members.credentials import digest_of, new_api_key, shown_prefix
from platform_core.members.models import ApiKey, Member, Role
from platform_core.members.services.membership import add_member
from tenants.scope import OrganizationRef, public_scope, tenant_scope


class MemberClient(APIClient):
    """A client bound to an organization's host and a member's key.

    Attributes:
        member: the acting member's row.
        member_organization: where the member belongs.
        api_key: the key it sends.
    """

    member: Member
    member_organization: OrganizationRef
    api_key: str


def client_of(organization: OrganizationRef, *, role: str = "OW", email: str | None = None) -> MemberClient:
    """Return a client of a member with this role: the organization's owner for OW, else a new member."""
    member = (
        _owner(organization)
        if role == Role.OWNER and email is None
        else new_member(organization, role=role, email=email)
    )
    key = new_api_key()
    with tenant_scope(organization):
        ApiKey.objects.create(member=member, digest=digest_of(key), prefix=shown_prefix(key))
    client = MemberClient(HTTP_HOST=host_of(organization), HTTP_AUTHORIZATION=f"Token {key}")
    client.member, client.member_organization, client.api_key = member, organization, key
    return client


def anonymous_client(organization: OrganizationRef) -> APIClient:
    """Return a client without any credential."""
    return APIClient(HTTP_HOST=host_of(organization))


def host_of(organization: OrganizationRef) -> str:
    """Return the organization's host in tests."""
    return f"{organization.slug}.{settings.TENON_PUBLIC_DOMAIN}"


def new_member(organization: OrganizationRef, *, role: str, email: str | None = None) -> Member:
    """Make a user and their membership."""
    address = email or f"{role.lower()}-{secrets.token_hex(6)}@{organization.slug}.example"
    with public_scope():
        user = User.objects.filter(email=address).first() or User.objects.create_user(address, "correct-horse-1")
    with tenant_scope(organization):
        return add_member(user=user, role=role, actor=None)


def _owner(organization: OrganizationRef) -> Member:
    with tenant_scope(organization):
        return Member.objects.filter(role=Role.OWNER, removed_at=None).order_by("pk")[0]
