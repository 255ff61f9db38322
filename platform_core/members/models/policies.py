"""What the organization decides for all its members; without a row the defaults hold."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from platform_core.members.models.people import Role
from platform_core.sealed_fields import SealedTextField
from tenants.records import TimestampedModel


class OrganizationPolicy(TimestampedModel):
    """The one row of an organization's own rules for credentials, sessions and newcomers."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, help_text="Always 1.")
    api_tokens_enabled = models.BooleanField(default=True, help_text="Refresh and access tokens open the organization.")
    legacy_api_tokens_enabled = models.BooleanField(default=True, help_text="API keys open the organization.")
    api_token_ttl_days = models.PositiveIntegerField(
        null=True,
        validators=[MinValueValidator(1), MaxValueValidator(73_000)],
        help_text="Longest life of a refresh token; null for the installation's.",
    )
    max_session_age = models.PositiveIntegerField(
        null=True, help_text="Minutes after which one signs in again; null for two weeks."
    )
    max_time_between_activity = models.PositiveIntegerField(
        null=True, help_text="Minutes without a request after which one signs in again; null for no such limit."
    )
    default_role = models.CharField(
        max_length=2, choices=Role, default=Role.ANNOTATOR, help_text="Role of newcomers by the open link."
    )
    invite_secret = SealedTextField(null=True, help_text="Secret of the open link; null while there is none.")
    invite_digest = models.CharField(
        max_length=64, blank=True, default="", help_text="SHA-256 of that secret; empty while there is none."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="organization_policy_single")]
