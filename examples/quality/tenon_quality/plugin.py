"""The object that the entry point names: every hook of the plugin, each one line away from where the work is done."""

from collections.abc import Sequence
from typing import Any

from platform_core.sdk import (
    EventHandlerSpec,
    ExporterSpec,
    RouteSpec,
    TaskActionSpec,
    TaskColumnSpec,
    TaskContext,
    TaskIssue,
    hookimpl,
)
from platform_core.sdk.labels import TagSpec
from tenon_quality.exporters import TEXT_LABELS
from tenon_quality.handlers import COUNT_ANNOTATIONS
from tenon_quality.routes import ROUTES
from tenon_quality.selections import OPEN_NOTES, RESOLVE_NOTES
from tenon_quality.tags import CERTAINTY
from tenon_quality.validation import blank_issues, length_issues


class QualityPlugin:
    """Hook implementations; what each hook means is specified by the sdk."""

    @hookimpl
    def register_routes(self) -> Sequence[RouteSpec]:
        """Notes and contributions."""
        return ROUTES

    @hookimpl
    def register_exporters(self) -> Sequence[ExporterSpec]:
        """Text and labels."""
        return [TEXT_LABELS]

    @hookimpl
    def register_label_tags(self) -> Sequence[TagSpec]:
        """Certainty."""
        return [CERTAINTY]

    @hookimpl
    def register_event_handlers(self) -> Sequence[EventHandlerSpec]:
        """Count annotations."""
        return [COUNT_ANNOTATIONS]

    @hookimpl
    def register_task_columns(self) -> Sequence[TaskColumnSpec]:
        """How many notes about a task are open."""
        return [OPEN_NOTES]

    @hookimpl
    def register_task_actions(self) -> Sequence[TaskActionSpec]:
        """Close the notes about the tasks of a selection."""
        return [RESOLVE_NOTES]

    @hookimpl
    def validate_task(self, context: TaskContext, tasks: Sequence[dict[str, Any]]) -> Sequence[TaskIssue]:
        """Refuse texts that are too long, and warn of blank ones."""
        return [*length_issues(context, tasks), *blank_issues(context, tasks)]


plugin = QualityPlugin()
