"""The credentials that open the organization to its members."""

import uuid

from django.db import models

from platform_core.members.models.people import Member
from tenants.records import TimestampedModel


class ApiKey(TimestampedModel):
    """A key for programs. The secret is shown once; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, help_text="Identifier of the key.")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="api_keys", help_text="Who acts with it.")
    name = models.CharField(max_length=100, blank=True, default="", help_text="What the key is for.")
    prefix = models.CharField(max_length=16, help_text="First characters, to recognise the key in a list.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the whole key.")
    scopes = models.JSONField(null=True, help_text="Codenames the key is limited to; null means all of the member's.")
    expires_at = models.DateTimeField(null=True, help_text="Worthless after this time (UTC); null means never.")
    revoked_at = models.DateTimeField(null=True, help_text="When it was withdrawn (UTC).")
    last_used_at = models.DateTimeField(null=True, help_text="Last use (UTC), at most a minute old.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="api_key_digest_unique")]


class RefreshToken(TimestampedModel):
    """A refresh token of this organization; access tokens name its row, so logout ends them at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, help_text="The token's jti.")
    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="refresh_tokens", help_text="Who acts with it."
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of header and payload of the token.")
    expires_at = models.DateTimeField(help_text="Worthless after this time (UTC).")
    revoked_at = models.DateTimeField(null=True, help_text="When it was revoked (UTC).")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="refresh_token_digest_unique")]


class Session(TimestampedModel):
    """A browser session of this organization."""

    session_key = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the cookie's value.")
    session_data = models.TextField(help_text="Signed JSON.")
    expire_date = models.DateTimeField(db_index=True, help_text="Worthless after this time (UTC).")
    member = models.ForeignKey(
        Member, null=True, on_delete=models.CASCADE, related_name="sessions", help_text="Who is signed in."
    )
