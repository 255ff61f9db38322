"""A control tag: how sure the annotator is, from 0 to 100."""

from platform_core.sdk.labels import TagKind, TagSpec

CERTAINTY = TagSpec(
    name="Certainty",
    kind=TagKind.CONTROL,
    name_required=True,
    # One answer for the whole task, not one for each region.
    answers_task=True,
    value_schema={
        "type": "object",
        "required": ["certainty"],
        "properties": {"certainty": {"type": "integer", "minimum": 0, "maximum": 100}},
    },
)
