"""`api/organizations/` on the public host: the organizations of the signed-in account, and new ones."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.accounts.api.views import AccountAPIView
from platform_core.accounts.principal import ACCOUNT_OWN
from platform_core.accounts.queries import OwnOrganization, organizations_of
from platform_core.accounts.services.links import organization_url
from platform_core.api.operations import operation
from platform_core.members.permissions import ViewClassPermission
from platform_core.members.services.organizations import create_own_organization


class OwnedOrganizationSerializer(serializers.Serializer[Any]):
    """An organization one belongs to."""

    id = serializers.IntegerField(help_text="Id of the organization.")
    slug = serializers.CharField(help_text="Its name in addresses.")
    title = serializers.CharField(help_text="Display name.")
    contact_info = serializers.CharField(allow_null=True, help_text="Address for questions to it.")
    created_at = serializers.DateTimeField(help_text="When it was made (UTC).")
    role = serializers.CharField(help_text="One's role code there.")
    url = serializers.CharField(help_text="Where it answers.")


class OrganizationCreateSerializer(serializers.Serializer[Any]):
    """An organization to make."""

    slug = serializers.CharField(max_length=40, help_text="Its name in addresses: 3 to 40 letters, digits and hyphens.")
    title = serializers.CharField(max_length=255, help_text="Display name.")


EXAMPLE = {
    "id": 1,
    "slug": "aero",
    "title": "Aero",
    "contact_info": None,
    "created_at": "2026-11-01T08:00:00.000000Z",
    "role": "OW",
    "url": "https://aero.tenon.example/",
}


def organization_body(row: OwnOrganization) -> dict[str, Any]:
    """Return an organization with its address."""
    return {
        "id": row.id,
        "slug": row.slug,
        "title": row.title,
        "contact_info": row.contact_info,
        "created_at": row.created_at,
        "role": row.role,
        "url": organization_url(row.domain),
    }


class OwnOrganizationListAPI(AccountAPIView):
    """Organizations of the signed-in account."""

    permission_required = ViewClassPermission(GET=ACCOUNT_OWN, POST=ACCOUNT_OWN)
    serializer_class = OrganizationCreateSerializer

    @operation(
        tag="Organizations",
        summary="List own organizations",
        response=OwnedOrganizationSerializer(many=True),
        example=[EXAMPLE],
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the organizations one belongs to, by name."""
        rows = [organization_body(row) for row in organizations_of(self.holder.id)]
        return Response(OwnedOrganizationSerializer(rows, many=True).data)

    @operation(
        tag="Organizations",
        summary="Make an organization",
        description="The caller becomes its owner.",
        request=OrganizationCreateSerializer,
        request_example={"slug": "aero", "title": "Aero"},
        response=OwnedOrganizationSerializer,
        status=201,
        example=EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Make it, with a schema of its own."""
        data = self.validated(request)
        made = create_own_organization(slug=data["slug"], name=data["title"], owner_id=self.holder.id)
        row = next(row for row in organizations_of(self.holder.id) if row.id == made.id)
        return Response(OwnedOrganizationSerializer(organization_body(row)).data, status=201)
