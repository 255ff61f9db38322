"""Bodies about members. Reading and writing never share a class, so nothing is assigned by accident."""

import re
from typing import Any, Final

from rest_framework import serializers

from platform_core.members.models import Member, Role
from platform_core.members.queries.organization import OrganizationCard
from platform_core.members.services.invitations import RoleToGive

MAX_HOTKEYS: Final = 200
MAX_HOTKEY: Final = 50
MAX_ACTION: Final = 100
# Hotkeys end up in pages of the labelling interface: nothing that could close a script or an attribute.
ACTION_PATTERN: Final = re.compile(r"[A-Za-z0-9_.-]+:[A-Za-z0-9_.:-]+")
KEY_PATTERN: Final = re.compile(r"[^<>&\"'`\x00-\x1f]+")


def initials_of(member: Member) -> str:
    """Return two letters that stand for a member."""
    letters = "".join(name[0] for name in (member.first_name, member.last_name) if name)
    return (letters or member.email[:2]).lower()


class OrganizationMetaSerializer(serializers.Serializer[Any]):
    """The organization in short."""

    title = serializers.CharField(help_text="Display name.")
    email = serializers.CharField(help_text="Contact address; empty when none is given.")


class UserSerializer(serializers.Serializer[Any]):
    """A member as Label Studio's clients know users. Needs `organization`, an OrganizationCard, in its context."""

    id = serializers.IntegerField(help_text="User id.")
    first_name = serializers.CharField(help_text="Given name.")
    last_name = serializers.CharField(help_text="Family name.")
    username = serializers.CharField(help_text="Display handle.")
    email = serializers.EmailField(help_text="Address; read-only.")
    last_activity = serializers.DateTimeField(allow_null=True, help_text="Last request (UTC), at most a minute old.")
    custom_hotkeys = serializers.DictField(help_text="Hotkeys of the labelling interface.")
    avatar = serializers.CharField(
        source="avatar_path", allow_null=True, help_text="Path of the picture; null without one."
    )
    initials = serializers.SerializerMethodField(help_text="Two letters that stand for the member.")
    phone = serializers.CharField(help_text="Telephone number.")
    active_organization = serializers.SerializerMethodField(help_text="Id of the organization.")
    active_organization_meta = serializers.SerializerMethodField(help_text="The organization in short.")
    allow_newsletters = serializers.BooleanField(allow_null=True, help_text="Kept for Label Studio's clients.")
    date_joined = serializers.DateTimeField(source="created_at", help_text="Start of the membership (UTC).")
    role = serializers.ChoiceField(choices=Role.choices, help_text="Role code.")

    def get_initials(self, member: Member) -> str:
        """Return two letters."""
        return initials_of(member)

    def get_active_organization(self, member: Member) -> int:  # noqa: ARG002
        """Return the organization's id."""
        return self._card.id

    def get_active_organization_meta(self, member: Member) -> OrganizationMetaSerializer:  # noqa: ARG002
        """Return title and contact address."""
        meta: Any = {"title": self._card.name, "email": self._card.contact_info or ""}
        return meta  # type: ignore[no-any-return]

    @property
    def _card(self) -> OrganizationCard:
        card: OrganizationCard = self.context["organization"]
        return card


class WhoamiSerializer(UserSerializer):
    """The acting member, with permissions."""

    permissions = serializers.SerializerMethodField(help_text="Codenames the credential gives.")

    def get_permissions(self, member: Member) -> list[str]:  # noqa: ARG002
        """Return the codenames, sorted."""
        return sorted(self.context["permissions"])


def checked_hotkeys(value: Any) -> dict[str, Any]:
    """Return hotkeys after a check: {"section:action": {"key": "ctrl+k", "active": true}}.

    Raises:
        rest_framework.serializers.ValidationError: they have another form.
    """
    if not isinstance(value, dict) or len(value) > MAX_HOTKEYS:
        raise serializers.ValidationError(f"An object with at most {MAX_HOTKEYS} entries is expected.")
    for action, entry in value.items():
        if len(action) > MAX_ACTION or not ACTION_PATTERN.fullmatch(action):
            raise serializers.ValidationError(f'{action[:MAX_ACTION]!r}: "section:action" is expected.')
        if not isinstance(entry, dict) or set(entry) - {"key", "active", "description"} or "key" not in entry:
            raise serializers.ValidationError(f'{action}: an object with "key" and "active" is expected.')
        _check_hotkey(action, entry)
    return value


def _check_hotkey(action: str, entry: dict[str, Any]) -> None:
    key = entry["key"]
    if key is not None and (not isinstance(key, str) or len(key) > MAX_HOTKEY or not KEY_PATTERN.fullmatch(key)):
        raise serializers.ValidationError(
            f"{action}: a key has 1 to {MAX_HOTKEY} characters, without quotes and brackets."
        )
    if not isinstance(entry.get("active", True), bool):
        raise serializers.ValidationError(f"{action}: active is true or false.")
    description = entry.get("description")
    if description is not None and not (isinstance(description, str) and KEY_PATTERN.fullmatch(description)):
        raise serializers.ValidationError(f"{action}: the description is a text without quotes and brackets.")


class ProjectQuerySerializer(serializers.Serializer[Any]):
    """A project in the query string."""

    project = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Project whose hotkeys are meant."
    )


class HotkeysSerializer(serializers.Serializer[Any]):
    """Hotkeys of the labelling interface."""

    custom_hotkeys = serializers.JSONField(help_text='{"section:action": {"key": "ctrl+k", "active": true}}')

    def validate_custom_hotkeys(self, value: Any) -> dict[str, Any]:
        """Check the form."""
        return checked_hotkeys(value)


class UserChangeSerializer(serializers.Serializer[Any]):
    """What a PATCH may change; other keys are ignored, as the SDK sends more."""

    first_name = serializers.CharField(
        max_length=140, allow_blank=True, required=False, help_text="Given name, as shown here."
    )
    last_name = serializers.CharField(
        max_length=140, allow_blank=True, required=False, help_text="Family name, as shown here."
    )
    phone = serializers.CharField(max_length=40, allow_blank=True, required=False, help_text="Telephone number.")
    allow_newsletters = serializers.BooleanField(
        allow_null=True, required=False, help_text="Kept for Label Studio's clients."
    )
    custom_hotkeys = serializers.JSONField(required=False, help_text="Hotkeys of the labelling interface.")

    def validate_custom_hotkeys(self, value: Any) -> dict[str, Any]:
        """Check the form."""
        return checked_hotkeys(value)


class RoleToGiveSerializer(serializers.Serializer[Any]):
    """The role that an invitation gives."""

    role = serializers.ChoiceField(
        choices=Role.choices, required=False, help_text="Role to give: a role code, AN unless anything is named."
    )
    custom_role = serializers.UUIDField(required=False, help_text="Instead, the id of a role of `api/roles/`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for at most one of the two, and make them one value, `give`."""
        if "role" in attrs and "custom_role" in attrs:
            raise serializers.ValidationError("Give either role or custom_role.")
        give = RoleToGive(code=attrs.pop("role", Role.ANNOTATOR), custom=attrs.pop("custom_role", None))
        return {**attrs, "give": give}


class UserCreateSerializer(RoleToGiveSerializer):
    """An address to invite; names and passwords are the person's own, so other keys are ignored."""

    email = serializers.EmailField(max_length=254, help_text="Address to invite.")


class InvitedUserSerializer(serializers.Serializer[Any]):
    """Answer to an invitation by `POST api/users/`: the same for every address."""

    id = serializers.IntegerField(allow_null=True, help_text="Null until the invitation is accepted.")
    email = serializers.EmailField(help_text="Address that was invited.")
    username = serializers.CharField(help_text="The address.")
    first_name = serializers.CharField(help_text="Empty.")
    last_name = serializers.CharField(help_text="Empty.")
    role = serializers.CharField(help_text="Role code on acceptance; of a custom role its base.")
    custom_role = serializers.UUIDField(
        source="custom_role_id", allow_null=True, help_text="Role of the organization's own, if it is one."
    )
    invitation = serializers.UUIDField(help_text="Id of the invitation.")
    expires_at = serializers.DateTimeField(help_text="End of the invitation (UTC).")


class MemberSerializer(serializers.Serializer[Any]):
    """A member with role."""

    id = serializers.IntegerField(help_text="User id.")
    email = serializers.EmailField(help_text="Address.")
    username = serializers.CharField(help_text="Display handle.")
    first_name = serializers.CharField(help_text="Given name.")
    last_name = serializers.CharField(help_text="Family name.")
    role = serializers.ChoiceField(choices=Role.choices, help_text="Role code; of a custom role its base.")
    custom_role = serializers.UUIDField(
        source="custom_role_id", allow_null=True, help_text="Role of the organization's own, if it is one."
    )
    last_activity = serializers.DateTimeField(allow_null=True, help_text="Last request (UTC).")
    created_at = serializers.DateTimeField(help_text="Start of the membership (UTC).")


class RoleSerializer(serializers.Serializer[Any]):
    """A role to give: a built-in one, or one of the organization's own."""

    role = serializers.ChoiceField(choices=Role.choices, required=False, help_text="Role code.")
    custom_role = serializers.UUIDField(required=False, help_text="Id of a role of `api/roles/`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one of the two."""
        if len(attrs) != 1:
            raise serializers.ValidationError("Give either role or custom_role.")
        return attrs
