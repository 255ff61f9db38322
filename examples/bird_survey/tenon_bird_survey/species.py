"""The species that the survey counts, and the label config that offers them."""

from typing import Final

from platform_core.sdk import ProjectTemplateSpec, TaxonomySpec

GARDEN: Final = TaxonomySpec(
    key="garden", version="2026.1", title="Garden birds", source="The Tenon authors", licence="CC0-1.0"
)
SPECIES: Final = ("blackbird", "blue tit", "chaffinch", "great tit", "house sparrow", "robin", "starling", "wren")

_CHOICES = "".join(f'<Choice value="{name}"/>' for name in SPECIES)
SURVEY: Final = ProjectTemplateSpec(
    key="survey",
    title="Garden bird survey",
    description="Which bird is it, and how many of them?",
    group="Bird survey",
    label_config=f"""<View>
  <Text name="note" value="$text"/>
  <Choices name="species" toName="note" choice="single" taxonomy="bird_survey:garden@2026.1">{_CHOICES}</Choices>
  <Number name="count" toName="note" min="1"/>
</View>""",
    tasks=({"text": "Two robins on the feeder, early in the morning."},),
)
