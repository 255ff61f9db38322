"""Label configs that the plugin offers for new projects."""

from pathlib import Path

from platform_core.sdk import ProjectTemplateSpec

_FOLDER = Path(__file__).parent / "templates"


def templates() -> list[ProjectTemplateSpec]:
    """All templates, in the order in which they are offered."""
    return [
        ProjectTemplateSpec(
            key="cictt_quick_coding",
            title="CICTT quick coding",
            description="Code a report with phase of flight, CICTT occurrence categories, event class and a synopsis.",
            group="Aviation safety",
            label_config=(_FOLDER / "cictt_quick_coding.xml").read_text(encoding="utf-8"),
        )
    ]
