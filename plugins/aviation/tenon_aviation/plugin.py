"""The object that the entry point names: every hook of the plugin, each one line away from where the work is done."""

from collections.abc import Sequence
from typing import Any

from platform_core.sdk import (
    AnnotationContext,
    ImporterSpec,
    Issue,
    LabelConfigContext,
    PlanNote,
    ProjectTemplateSpec,
    RouteSpec,
    TaxonomySpec,
    hookimpl,
)
from tenon_aviation.importers import ASRS_IMPORTER
from tenon_aviation.label_configs import templates
from tenon_aviation.routes import ROUTES
from tenon_aviation.services import install_packs
from tenon_aviation.taxonomy.loader import shipped_packs
from tenon_aviation.validation import annotation_issues, label_config_issues


class AviationPlugin:
    """Hook implementations; what each hook means is specified by the sdk."""

    @hookimpl
    def register_routes(self) -> Sequence[RouteSpec]:
        """Packs, nodes and templates."""
        return ROUTES

    @hookimpl
    def register_importers(self) -> Sequence[ImporterSpec]:
        """ASRS CSV."""
        return [ASRS_IMPORTER]

    @hookimpl
    def register_taxonomies(self) -> Sequence[TaxonomySpec]:
        """The shipped packs."""
        return [
            TaxonomySpec(
                key=pack.ref.key, version=pack.ref.version, title=pack.title, source=pack.source, licence=pack.licence
            )
            for pack in shipped_packs()
        ]

    @hookimpl
    def register_project_templates(self) -> Sequence[ProjectTemplateSpec]:
        """CICTT quick coding."""
        return templates()

    @hookimpl
    def plan_enable(self) -> Sequence[PlanNote]:
        """Say which packs will be installed."""
        packs = ", ".join(f"{pack.ref} ({len(pack.nodes)} values)" for pack in shipped_packs())
        return [PlanNote(level="info", message=f"Installs the taxonomy packs {packs}.")]

    @hookimpl
    def after_enable(self) -> None:
        """Copy the packs into the organization."""
        install_packs()

    @hookimpl
    def after_upgrade(self) -> None:
        """Bring in packs that are new or corrected in this version."""
        install_packs()

    @hookimpl
    def validate_label_config(self, context: LabelConfigContext) -> Sequence[Issue]:
        """Check that bindings name installed packs."""
        return label_config_issues(context)

    @hookimpl
    def validate_annotation(self, context: AnnotationContext, result: list[dict[str, Any]]) -> Sequence[Issue]:
        """Run V-TREE, V-REQ, V-EXCL and V-PHASE."""
        return annotation_issues(context, result)


plugin = AviationPlugin()
