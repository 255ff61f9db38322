"""The object that the entry point names."""

from collections.abc import Sequence
from typing import Any

from platform_core.sdk import AnnotationContext, Issue, ProjectTemplateSpec, TaxonomySpec, hookimpl
from tenon_bird_survey.rules import issues
from tenon_bird_survey.species import GARDEN, SURVEY


class BirdSurveyPlugin:
    """Hook implementations; what each hook means is specified by the sdk."""

    @hookimpl
    def register_taxonomies(self) -> Sequence[TaxonomySpec]:
        """The garden birds."""
        return [GARDEN]

    @hookimpl
    def register_project_templates(self) -> Sequence[ProjectTemplateSpec]:
        """The survey."""
        return [SURVEY]

    @hookimpl
    def validate_annotation(self, context: AnnotationContext, result: list[dict[str, Any]]) -> Sequence[Issue]:
        """Check species and numbers."""
        return list(issues(context.bindings, result))


plugin = BirdSurveyPlugin()
