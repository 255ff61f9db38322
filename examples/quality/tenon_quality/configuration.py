"""What an organization's admin may set for the plugin; `settings.schema.json` says what is allowed."""

from dataclasses import dataclass

from platform_core.sdk.settings import read_settings

SLUG = "quality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Settings of the organization in scope.

    Attributes:
        kinds: what a note may say is wrong.
        max_characters: of one text of a task.
    """

    kinds: tuple[str, ...]
    max_characters: int


def configuration() -> Configuration:
    """Read the settings; the schema's defaults fill what nobody set."""
    values = read_settings(SLUG)
    return Configuration(kinds=tuple(values["kinds"]), max_characters=values["max_characters"])
