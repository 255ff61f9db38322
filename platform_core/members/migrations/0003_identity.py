"""Custom roles, rules of the organization, the open link, hotkeys of projects."""

import uuid

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomRole",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, help_text="Identifier of the role.", primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(help_text="Name of the role.", max_length=100)),
                ("description", models.CharField(blank=True, default="", help_text="What it is for.", max_length=1000)),
                (
                    "base",
                    models.CharField(
                        choices=[
                            ("OW", "Owner"),
                            ("AD", "Administrator"),
                            ("MA", "Manager"),
                            ("RE", "Reviewer"),
                            ("AN", "Annotator"),
                        ],
                        default="AN",
                        help_text="Built-in role that Label Studio's clients see.",
                        max_length=2,
                    ),
                ),
                (
                    "permissions",
                    models.JSONField(default=list, help_text="Codenames it gives, instead of those of the base."),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="invitation",
            name="link_digest",
            field=models.CharField(
                blank=True,
                default="",
                help_text="SHA-256 of the open link it came by, and dies with; empty when a member invited.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="projects",
            field=models.JSONField(default=list, help_text="Ids of projects to which acceptance gives access."),
        ),
        migrations.AddField(
            model_name="member",
            name="project_hotkeys",
            field=models.JSONField(default=dict, help_text="Hotkeys by project id, over those of the member."),
        ),
        migrations.AddField(
            model_name="member",
            name="custom_role",
            field=models.ForeignKey(
                db_index=False,
                help_text="Role of the organization's own making, whose base `role` is; null for a built-in role.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="members",
                to="members.customrole",
            ),
        ),
        migrations.CreateModel(
            name="OrganizationPolicy",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")),
                ("updated_at", models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")),
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="Always 1.", primary_key=True, serialize=False
                    ),
                ),
                (
                    "api_tokens_enabled",
                    models.BooleanField(default=True, help_text="Refresh and access tokens open the organization."),
                ),
                (
                    "legacy_api_tokens_enabled",
                    models.BooleanField(default=True, help_text="API keys open the organization."),
                ),
                (
                    "api_token_ttl_days",
                    models.PositiveIntegerField(
                        help_text="Longest life of a refresh token; null for the installation's.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(73000),
                        ],
                    ),
                ),
                (
                    "max_session_age",
                    models.PositiveIntegerField(
                        help_text="Minutes after which one signs in again; null for two weeks.", null=True
                    ),
                ),
                (
                    "max_time_between_activity",
                    models.PositiveIntegerField(
                        help_text="Minutes without a request after which one signs in again; null for no such limit.",
                        null=True,
                    ),
                ),
                (
                    "default_role",
                    models.CharField(
                        choices=[
                            ("OW", "Owner"),
                            ("AD", "Administrator"),
                            ("MA", "Manager"),
                            ("RE", "Reviewer"),
                            ("AN", "Annotator"),
                        ],
                        default="AN",
                        help_text="Role of newcomers by the open link.",
                        max_length=2,
                    ),
                ),
                (
                    "invite_secret",
                    models.TextField(help_text="Secret of the open link; null while there is none.", null=True),
                ),
                (
                    "invite_digest",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="SHA-256 of that secret; empty while there is none.",
                        max_length=64,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="organization_policy_single")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="customrole",
            constraint=models.UniqueConstraint(fields=["name"], name="custom_role_name_unique"),
        ),
    ]
