"""Stored views, and the actions that run as jobs, of one organization."""

import uuid
from typing import ClassVar, Self

from django.db import models

from platform_core.sdk.fields import CoreForeignKey, CoreForeignKeyConstraint, OnCoreDelete

APP_LABEL = "data_manager"


class View(models.Model):
    """How somebody looks at a project's tasks. Members of the project share its views."""

    project = CoreForeignKey("projects.Project", help_text="Whose tasks it shows.")
    user = CoreForeignKey("members.Member", null=True, help_text="Who made it; null when their row is gone.")
    order = models.PositiveIntegerField(default=0, help_text="Place among the project's views.")
    data = models.JSONField(
        default=dict, help_text="As the client gave it: title, filters, ordering, selectedItems, hiddenColumns, ..."
    )
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When it was last changed (UTC).")

    project_id: int
    user_id: int | None
    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        ordering = ("order", "id")
        constraints = [
            CoreForeignKeyConstraint(field="project", name="data_manager_view_project_fk"),
            CoreForeignKeyConstraint(field="user", name="data_manager_view_user_fk", on_delete=OnCoreDelete.SET_NULL),
        ]

    def __str__(self) -> str:
        return str(self.data.get("title") or f"View {self.pk}")


class ActionRun(models.Model):
    """An action on a selection that is too large for a request: what a job does, part by part, and how far it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, help_text="Given to the job.")
    project = CoreForeignKey("projects.Project", help_text="Whose tasks.")
    member = CoreForeignKey("members.Member", help_text="Who acts.")
    action = models.CharField(max_length=128, help_text="Name of the action, `slug.key`.")
    query = models.JSONField(default=dict, help_text="filters and selectedItems.")
    parameters = models.JSONField(default=dict, help_text="What the form asked for.")
    permissions = models.JSONField(default=list, help_text="What the credential allowed when it was asked for.")
    total = models.BigIntegerField(default=0, help_text="Tasks selected when it was asked for.")
    position = models.BigIntegerField(default=0, help_text="Id of the last task that is done.")
    done = models.BigIntegerField(default=0, help_text="Tasks that are done.")
    processed = models.BigIntegerField(default=0, help_text="Objects changed.")
    created_at = models.DateTimeField(auto_now_add=True, help_text="When it was asked for (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the last part was done (UTC).")

    project_id: int
    member_id: int
    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        constraints = [
            CoreForeignKeyConstraint(field="project", name="data_manager_run_project_fk"),
            CoreForeignKeyConstraint(field="member", name="data_manager_run_member_fk"),
        ]

    def __str__(self) -> str:
        return f"{self.action} on project {self.project_id}"
