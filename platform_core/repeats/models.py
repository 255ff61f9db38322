"""Answers kept for a day, so that a client that missed one may ask again."""

from django.db import models

from platform_core.members.models import Member
from tenants.records import TimestampedModel


class KeptAnswer(TimestampedModel):
    """The answer to a request that carried an `Idempotency-Key`, written in the transaction of what it made."""

    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, db_index=False, related_name="+", help_text="Who asked; keys are theirs."
    )
    key = models.CharField(max_length=255, help_text="As the client chose it.")
    route = models.CharField(max_length=200, help_text="Method and name of the route.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of path, query and body.")
    status = models.PositiveSmallIntegerField(default=0, help_text="HTTP status; 0 while it is being made.")
    content = models.BinaryField(default=b"", help_text="Body of the answer.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="repeats_member_key_unique")]
