"""What makes an answer wrong or doubtful."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_core.sdk import Issue, TaxonomyRef
from tenon_bird_survey.species import SPECIES

MOST_BIRDS: Final = 500


def issues(bindings: Mapping[str, TaxonomyRef], result: list[dict[str, Any]]) -> Iterator[Issue]:
    """Yield what is wrong with a result, where a control is bound to the taxonomy of this plugin."""
    bound = {name for name, taxonomy in bindings.items() if taxonomy.slug == "bird_survey"}
    for region in result if bound else ():
        value, place = region.get("value", {}), {"region": region.get("id"), "key": region.get("from_name")}
        if region.get("from_name") in bound:
            for name in sorted(set(value.get("choices", ())) - set(SPECIES)):
                message = f"{name!r} is no garden bird; the species are {', '.join(SPECIES)}."
                yield Issue(severity="error", code="B-SPECIES", message=message, **place)
        elif isinstance(value.get("number"), int | float) and value["number"] > MOST_BIRDS:
            message = f"{value['number']:g} birds are more than {MOST_BIRDS}: did you count them?"
            yield Issue(severity="warning", code="B-CROWD", message=message, **place)
