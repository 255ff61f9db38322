"""Who made an imported annotation: an id or an e-mail of a member, else whoever imports."""

from typing import Any

from platform_core.api.errors import ValidationFailedError
from platform_core.members.models import Member


class Authors:
    """Looks members up once each, for the time of one import."""

    def __init__(self, importer_id: int) -> None:
        self._importer_id = importer_id
        self._known: dict[int | str, int | None] = {}

    def id_of(self, value: Any, *, item: int) -> int:
        """Return the member id that `completed_by` means.

        Args:
            value: None, an id, or an object with `email` or `id`, as exports write it.

        Raises:
            ValidationFailedError: it names nobody of this organization.
        """
        if value is None:
            return self._importer_id
        key = value.get("email") or value.get("id") if isinstance(value, dict) else value
        if isinstance(key, bool) or not isinstance(key, int | str) or (isinstance(key, int) and not 0 < key < 2**63):
            raise self._unknown(value, item)
        key = key.lower() if isinstance(key, str) else key
        if key not in self._known:
            self._known[key] = self._look_up(key)
        member_id = self._known[key]
        if member_id is None:
            raise self._unknown(value, item)
        return member_id

    def _look_up(self, key: int | str) -> int | None:
        by = {"email__iexact": key} if isinstance(key, str) else {"pk": key}
        return Member.objects.filter(**by).values_list("pk", flat=True).first()

    def _unknown(self, value: Any, item: int) -> ValidationFailedError:
        message = f'Error at item {item}: "completed_by" names nobody of this organization: {str(value)[:100]}'
        return ValidationFailedError(
            message, validation_errors={"non_field_errors": [message]}, data={"item": item, "key": "completed_by"}
        )
