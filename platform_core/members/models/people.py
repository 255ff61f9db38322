"""Who belongs to the organization: members, their roles and teams, and the invitations of those to come.

Indexes are few on purpose, as each is made anew for every organization: uniqueness is a constraint (`unique=True` on
text would add a second index for LIKE), and keys that say who did something have none, since member rows stay.
"""

import uuid

from django.db import models
from django.db.models.functions import Lower

from tenants.records import TimestampedModel


class Role(models.TextChoices):
    """Built-in roles; the codes are the SDK's."""

    OWNER = "OW", "Owner"
    ADMINISTRATOR = "AD", "Administrator"
    MANAGER = "MA", "Manager"
    REVIEWER = "RE", "Reviewer"
    ANNOTATOR = "AN", "Annotator"


class CustomRole(TimestampedModel):
    """A role that the organization made: some permissions, and the built-in role that clients see."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, help_text="Identifier of the role.")
    name = models.CharField(max_length=100, help_text="Name of the role.")
    description = models.CharField(max_length=1000, blank=True, default="", help_text="What it is for.")
    base = models.CharField(
        max_length=2, choices=Role, default=Role.ANNOTATOR, help_text="Built-in role that Label Studio's clients see."
    )
    permissions = models.JSONField(default=list, help_text="Codenames it gives, instead of those of the base.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="custom_role_name_unique")]


class Member(TimestampedModel):
    """A user inside this organization. Removed members stay as rows, so that their work keeps its author."""

    id = models.BigIntegerField(primary_key=True, help_text="Identifier of the global user.")
    email = models.EmailField(help_text="Copy of the user's address.")
    username = models.CharField(max_length=256, help_text="Display handle; the address unless changed.")
    first_name = models.CharField(max_length=140, blank=True, default="", help_text="Copy of the given name.")
    last_name = models.CharField(max_length=140, blank=True, default="", help_text="Copy of the family name.")
    phone = models.CharField(max_length=40, blank=True, default="", help_text="Telephone number in this organization.")
    role = models.CharField(max_length=2, choices=Role, default=Role.ANNOTATOR, help_text="Role code.")
    custom_role = models.ForeignKey(
        CustomRole,
        null=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="members",
        help_text="Role of the organization's own making, whose base `role` is; null for a built-in role.",
    )
    removed_at = models.DateTimeField(null=True, help_text="When the membership ended (UTC); null while it lasts.")
    last_activity = models.DateTimeField(null=True, help_text="Last authenticated request (UTC), at most a minute old.")
    custom_hotkeys = models.JSONField(default=dict, blank=True, help_text="Hotkeys of the labelling interface.")
    project_hotkeys = models.JSONField(default=dict, help_text="Hotkeys by project id, over those of the member.")
    avatar = models.CharField(
        max_length=60, blank=True, default="", help_text="Name of the picture's file, made by us; empty without one."
    )
    allow_newsletters = models.BooleanField(null=True, help_text="Copy of Label Studio's field; unused.")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="member_email_unique")]
        indexes = [models.Index(fields=["role"], condition=models.Q(removed_at=None), name="member_active_role")]

    @property
    def avatar_path(self) -> str | None:
        """Where the picture is shown; None without one."""
        return f"/data/avatars/{self.pk}/{self.avatar}" if self.avatar else None

    @property
    def is_active(self) -> bool:
        """Whether the membership lasts."""
        return self.removed_at is None

    def get_user_teams(self) -> "models.QuerySet[Team]":
        """Return the teams the member belongs to, by name."""
        return Team.objects.filter(memberships__member=self).order_by("name", "pk")


class Team(TimestampedModel):
    """A group of members to which projects can be granted."""

    name = models.CharField(max_length=200, help_text="Name of the team.")
    admin = models.ForeignKey(
        Member,
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="administered_teams",
        help_text="Member who runs the team.",
    )
    members = models.ManyToManyField(
        Member, through="TeamMembership", related_name="teams", help_text="Who belongs to it."
    )
    url = models.SlugField(max_length=80, null=True, db_index=False, help_text="Stable URL segment of the team.")
    permission = models.CharField(
        max_length=100, blank=True, default="", help_text="One codename every member of it gains."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="team_name_unique"),
            models.UniqueConstraint(fields=["url"], name="team_url_unique"),
        ]


class TeamMembership(TimestampedModel):
    """A member of a team."""

    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, db_index=False, related_name="memberships", help_text="The team."
    )
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="team_memberships", help_text="The member."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "member"], name="team_membership_unique")]


class TeamLink(TimestampedModel):
    """A link by which members of the organization join a team; expires, can be revoked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, help_text="Identifier of the link.")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="links", help_text="The team it leads to.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the secret part.")
    expires_at = models.DateTimeField(help_text="Worthless after this time (UTC).")
    revoked_at = models.DateTimeField(null=True, help_text="When it was withdrawn (UTC).")
    created_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who made it."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="team_link_digest_unique")]


class Invitation(TimestampedModel):
    """A single-use invitation bound to an e-mail address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, help_text="Identifier of the invitation.")
    email = models.EmailField(help_text="Address that may accept.")
    role = models.CharField(max_length=2, choices=Role, default=Role.ANNOTATOR, help_text="Role given on acceptance.")
    custom_role = models.ForeignKey(
        CustomRole,
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
        help_text="Role of the organization's own making given on acceptance, whose base `role` is.",
    )
    projects = models.JSONField(default=list, help_text="Ids of projects to which acceptance gives access.")
    link_digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="SHA-256 of the open link it came by, and dies with; empty when a member invited.",
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of the secret part.")
    expires_at = models.DateTimeField(help_text="Worthless after this time (UTC).")
    accepted_at = models.DateTimeField(null=True, help_text="When it was used (UTC).")
    revoked_at = models.DateTimeField(null=True, help_text="When it was withdrawn (UTC).")
    invited_by = models.ForeignKey(
        Member, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+", help_text="Who invited."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="invitation_digest_unique")]
