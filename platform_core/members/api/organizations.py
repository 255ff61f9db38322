"""The organization itself: in Label Studio's form, and in ours."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.errors import NotFoundError
from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.api import examples
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.queries.organization import OrganizationCard, organization_card, organization_domains
from platform_core.members.queries.people import members_here
from platform_core.members.queries.policies import open_link_secret
from platform_core.members.services.organization_profile import change_organization
from tenants.scope import current_organization


class OrganizationSerializer(serializers.Serializer[Any]):
    """The organization, as Label Studio's clients know it."""

    id = serializers.IntegerField(help_text="Id of the organization.")
    title = serializers.CharField(help_text="Display name.")
    token = serializers.CharField(
        allow_null=True, help_text="Token of the open link, to those who may invite; null while there is none."
    )
    created_at = serializers.DateTimeField(help_text="When it was made (UTC).")
    updated_at = serializers.DateTimeField(help_text="When it was last changed (UTC).")
    contact_info = serializers.EmailField(allow_null=True, help_text="Address for questions to it.")
    created_by = serializers.IntegerField(allow_null=True, help_text="User who made it.")
    users = serializers.ListField(child=serializers.IntegerField(), required=False, help_text="Ids of its members.")
    billing = serializers.DictField(required=False, help_text="Always empty.")


class OrganizationChangeSerializer(serializers.Serializer[Any]):
    """What a PATCH may change; other keys are ignored."""

    title = serializers.CharField(max_length=255, required=False, help_text="Display name.")
    contact_info = serializers.EmailField(
        max_length=254, allow_null=True, allow_blank=True, required=False, help_text="Address for questions to it."
    )


class OwnOrganizationSerializer(serializers.Serializer[Any]):
    """The organization of this host."""

    id = serializers.IntegerField(help_text="Id of the organization.")
    slug = serializers.CharField(help_text="Its name in addresses.")
    title = serializers.CharField(help_text="Display name.")
    contact_info = serializers.EmailField(allow_null=True, help_text="Address for questions to it.")
    created_at = serializers.DateTimeField(help_text="When it was made (UTC).")
    domains = serializers.ListField(child=serializers.CharField(), help_text="Its hosts, the primary one first.")
    member_count = serializers.IntegerField(help_text="Number of members.")
    role = serializers.CharField(help_text="Role code of the caller.")
    plugins = serializers.ListField(child=serializers.CharField(), help_text="Slugs of the enabled plugins.")


def organization_body(card: OrganizationCard) -> dict[str, Any]:
    """Return the organization as lists show it."""
    return {
        "id": card.id,
        "title": card.name,
        "token": None,
        "created_at": card.created_at,
        "updated_at": card.updated_at,
        "contact_info": card.contact_info,
        "created_by": card.created_by,
    }


def refuse_foreign_organization(pk: int) -> None:
    """Refuse the id of another organization.

    Raises:
        NotFoundError: it is not the organization of this host.
    """
    if pk != current_organization().id:
        raise NotFoundError(f"There is no organization {pk} here.")


class OrganizationListAPI(TenonAPIView):
    """The organizations of this host: one."""

    pagination_class = None
    permission_required = ViewClassPermission(GET=all_permissions.organization_view)
    serializer_class = OrganizationSerializer
    example = {key: value for key, value in examples.ORGANIZATION.items() if key not in ("users", "billing")}

    @operation(
        tag="Organizations", summary="List organizations", response=OrganizationSerializer(many=True), example=[example]
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the organization of this host."""
        return Response(OrganizationSerializer([organization_body(organization_card())], many=True).data)


class OrganizationAPI(TenonAPIView):
    """The organization of this host, by its id."""

    permission_required = ViewClassPermission(
        GET=all_permissions.organization_view, PATCH=all_permissions.organization_change
    )
    serializer_class = OrganizationChangeSerializer

    @operation(
        tag="Organizations",
        summary="Show an organization",
        response=OrganizationSerializer,
        example=examples.ORGANIZATION,
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Answer with the organization and the ids of its members."""
        refuse_foreign_organization(pk)
        return Response(self._body())

    @operation(
        tag="Organizations",
        summary="Change an organization",
        request=OrganizationChangeSerializer,
        request_example={"title": "Aero Safety"},
        response=OrganizationSerializer,
        example=examples.ORGANIZATION,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change title or contact address."""
        refuse_foreign_organization(pk)
        data = self.validated(request, partial=True)
        changes = {}
        if "title" in data:
            changes["name"] = data["title"]
        if "contact_info" in data:
            changes["contact_info"] = data["contact_info"] or None
        change_organization(changes=changes, actor=self.principal)
        return Response(self._body())

    def _body(self) -> dict[str, Any]:
        body = organization_body(organization_card())
        body["users"] = list(members_here().values_list("pk", flat=True))
        body["billing"] = {}
        if self.principal.can(all_permissions.members_invite):
            body["token"] = open_link_secret()
        return dict(OrganizationSerializer(body).data)


class CurrentOrganizationAPI(TenonAPIView):
    """The organization of this host."""

    permission_required = ViewClassPermission(GET=all_permissions.organization_view)
    serializer_class = OwnOrganizationSerializer

    @operation(
        tag="Organizations",
        summary="Show the organization of this host",
        response=OwnOrganizationSerializer,
        example={
            "id": 1,
            "slug": "aero",
            "title": "Aero",
            "contact_info": "office@aero.example",
            "created_at": "2026-11-01T08:00:00.000000Z",
            "domains": ["aero.tenon.example"],
            "member_count": 4,
            "role": "RE",
            "plugins": ["example"],
        },
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the organization, its hosts and its enabled plugins."""
        card = organization_card()
        body = {
            "id": card.id,
            "slug": card.slug,
            "title": card.name,
            "contact_info": card.contact_info,
            "created_at": card.created_at,
            "domains": organization_domains(),
            "member_count": members_here().count(),
            "role": self.principal.role,
            "plugins": sorted(self.principal.enabled_plugins),
        }
        return Response(OwnOrganizationSerializer(body).data)
