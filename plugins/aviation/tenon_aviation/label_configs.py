"""Label configs that the plugin offers for new projects."""

from pathlib import Path, PurePosixPath

from platform_core.sdk import ProjectTemplateSpec, SampleData
from tenon_aviation.importers import ASRS_IMPORTER

_PACKAGE = Path(__file__).parent
_FOLDER = _PACKAGE / "templates"


def templates() -> list[ProjectTemplateSpec]:
    """All templates, in the order in which they are offered."""
    return [
        ProjectTemplateSpec(
            key="cictt_quick_coding",
            title="CICTT quick coding",
            description="Code a report with phase of flight, CICTT occurrence categories, event class and a synopsis.",
            group="Aviation safety",
            label_config=(_FOLDER / "cictt_quick_coding.xml").read_text(encoding="utf-8"),
            sample=SampleData(
                importer=ASRS_IMPORTER.key,
                file=_PACKAGE / "data" / "asrs_extract.csv",
                shared_file=PurePosixPath("aviation/asrs_new_england_conflicts_1988_2017.csv"),
            ),
            tasks=(
                {"narrative": "On short final the tower told us to go around because a vehicle was on the runway."},
                {"narrative": "In cruise the left engine lost oil pressure. We shut it down and diverted."},
            ),
        )
    ]
