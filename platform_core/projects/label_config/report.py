"""Issues that name the region, its control and the key."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from platform_core.projects.label_config.errors import ResultIssue

MAX_ID_LENGTH: Final = 256
_NUMBERS_OF_A_REGION: Final = ("original_width", "original_height", "image_rotation", "score")
_NUMBERS: Final = frozenset(_NUMBERS_OF_A_REGION)


class RegionReport:
    """Makes issues that name the region."""

    __slots__ = ("_index", "_region")

    def __init__(self, index: int, region: Mapping[str, Any]) -> None:
        self._index = index
        self._region = region

    def issue(self, key: str, code: str, message: str) -> ResultIssue:
        region, control = self._region.get("id"), self._region.get("from_name")
        region = region[:MAX_ID_LENGTH] if isinstance(region, str) else None
        control = control[:128] if isinstance(control, str) else None
        names = [f"id '{region}'"] * bool(region) + [f"control '{control}'"] * bool(control)
        place = f"result[{self._index}]" + (f" ({', '.join(names)})" if names else "")
        return ResultIssue(
            severity="error",
            code=code,
            message=f"{place}: {key} {message}" if key else f"{place}: {message}",
            index=self._index,
            region=region,
            key=key,
            control=control,
        )

    def check_common(self) -> Iterator[ResultIssue]:
        """Keys that every region may have."""
        region = self._region
        identifier = region.get("id")
        if identifier is not None and not (isinstance(identifier, str) and 0 < len(identifier) <= MAX_ID_LENGTH):
            yield self.issue("id", "bad_id", f"must be a string of 1 to {MAX_ID_LENGTH} characters")
        for key in _NUMBERS_OF_A_REGION:
            number = region.get(key)
            if number is not None and (isinstance(number, bool) or not isinstance(number, int | float)):
                yield self.issue(key, "wrong_type", "must be a number")


def has_common_keys_right(region: Mapping[str, Any]) -> bool:
    """True where `check_common` has nothing to say; the quick look of the happy path."""
    identifier = region.get("id", "-")
    if not (isinstance(identifier, str) and 0 < len(identifier) <= MAX_ID_LENGTH):
        return False
    return _NUMBERS.isdisjoint(region) or not any(RegionReport(0, region).check_common())


def key_path(keys: Sequence[str | int]) -> str:
    """`value.points[3][0]` from the keys that lead there."""
    path = ""
    for key in keys:
        path += f"[{key}]" if isinstance(key, int) else f".{key[:64]}"
    return path.removeprefix(".")
