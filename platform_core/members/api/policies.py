"""`api/jwt/settings`, `api/session-policy/`, the default role: what the organization decides for all its members."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.operations import operation
from platform_core.api.views import TenonAPIView
from platform_core.members.api.organizations import refuse_foreign_organization
from platform_core.members.models import OrganizationPolicy, Role
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.members.queries.policies import DEFAULT_SESSION_MINUTES, policy_here, token_days
from platform_core.members.services.policies import change_policy, set_default_role

MOST_DAYS = 73_000


class TokenRulesSerializer(serializers.Serializer[Any]):
    """Which credentials of programs open the organization."""

    api_token_ttl_days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, help_text="Days that a refresh token lives at most."
    )
    api_tokens_enabled = serializers.BooleanField(
        required=False, help_text="Refresh and access tokens open the organization."
    )
    legacy_api_tokens_enabled = serializers.BooleanField(
        required=False, help_text="API keys (`Authorization: Token`) open the organization."
    )


class SessionRulesSerializer(serializers.Serializer[Any]):
    """How long a browser stays signed in."""

    max_session_age = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=DEFAULT_SESSION_MINUTES,
        help_text="Minutes after which one signs in again; null for the longest, two weeks.",
    )
    max_time_between_activity = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=DEFAULT_SESSION_MINUTES,
        help_text="Minutes without a request after which one signs in again; null for no such limit.",
    )


class SessionPolicySerializer(SessionRulesSerializer):
    """The rules with their times."""

    created_at = serializers.DateTimeField(allow_null=True, help_text="When rules were first made (UTC).")
    updated_at = serializers.DateTimeField(allow_null=True, help_text="When they were last changed (UTC).")


class DefaultRoleSerializer(serializers.Serializer[Any]):
    """The role of newcomers by the open link; other keys are ignored, as the SDK sends Enterprise's."""

    default_role = serializers.ChoiceField(choices=Role.choices, help_text="Role code.")


class DefaultRoleAnswerSerializer(DefaultRoleSerializer):
    """The role, and whose it is."""

    organization = serializers.IntegerField(help_text="Id of the organization.")


def _token_rules(policy: OrganizationPolicy) -> dict[str, Any]:
    return {
        "api_token_ttl_days": token_days(policy),
        "api_tokens_enabled": policy.api_tokens_enabled,
        "legacy_api_tokens_enabled": policy.legacy_api_tokens_enabled,
    }


def _session_rules(policy: OrganizationPolicy) -> dict[str, Any]:
    return {
        "max_session_age": policy.max_session_age or DEFAULT_SESSION_MINUTES,
        "max_time_between_activity": policy.max_time_between_activity,
        "created_at": policy.created_at,
        "updated_at": policy.updated_at,
    }


class JwtSettingsAPI(TenonAPIView):
    """Rules for tokens and keys."""

    permission_required = ViewClassPermission(
        GET=all_permissions.organization_view, POST=all_permissions.organization_change
    )
    serializer_class = TokenRulesSerializer
    example = {"api_token_ttl_days": 30, "api_tokens_enabled": True, "legacy_api_tokens_enabled": False}

    @operation(tag="Tokens", summary="Show the rules for tokens", response=TokenRulesSerializer, example=example)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the rules in force."""
        return Response(_token_rules(policy_here()))

    @operation(
        tag="Tokens",
        summary="Change the rules for tokens",
        description="Holds at once, for the tokens and keys that exist, too; a caller may switch its own off.",
        request=TokenRulesSerializer,
        request_example=example,
        response=TokenRulesSerializer,
        example=example,
    )
    def post(self, request: Request) -> Response:
        """Change the rules."""
        return Response(_token_rules(change_policy(changes=self.validated(request), actor=self.principal)))


class SessionPolicyAPI(TenonAPIView):
    """Rules for browser sessions."""

    permission_required = ViewClassPermission(
        GET=all_permissions.organization_view, PATCH=all_permissions.organization_change
    )
    serializer_class = SessionRulesSerializer
    example = {
        "max_session_age": 1440,
        "max_time_between_activity": 60,
        "created_at": "2026-11-01T08:00:00.000000Z",
        "updated_at": "2026-11-20T12:00:00.000000Z",
    }

    @operation(tag="Sign-in", summary="Show the rules for sessions", response=SessionPolicySerializer, example=example)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with the rules in force."""
        return Response(SessionPolicySerializer(_session_rules(policy_here())).data)

    @operation(
        tag="Sign-in",
        summary="Change the rules for sessions",
        description="Holds at once, for the sessions that exist, too.",
        request=SessionRulesSerializer,
        request_example={"max_session_age": 1440, "max_time_between_activity": 60},
        response=SessionPolicySerializer,
        example=example,
    )
    def patch(self, request: Request) -> Response:
        """Change the rules."""
        policy = change_policy(changes=self.validated(request, partial=True), actor=self.principal)
        return Response(SessionPolicySerializer(_session_rules(policy)).data)


class DefaultRoleAPI(TenonAPIView):
    """The role of newcomers."""

    permission_required = ViewClassPermission(PATCH=all_permissions.organization_change)
    serializer_class = DefaultRoleSerializer

    @operation(
        tag="Organizations",
        summary="Choose the role of newcomers",
        description="Who comes by the open link gets it. A role above one's own cannot be chosen.",
        request=DefaultRoleSerializer,
        request_example={"default_role": "AN"},
        response=DefaultRoleAnswerSerializer,
        example={"default_role": "AN", "organization": 1},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Choose the role."""
        refuse_foreign_organization(pk)
        policy = set_default_role(role=self.validated(request)["default_role"], actor=self.principal)
        return Response({"default_role": policy.default_role, "organization": pk})
