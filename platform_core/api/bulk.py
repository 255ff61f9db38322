"""Creating, changing and deleting many rows by one request, with an error for each item that is wrong.

All or nothing, unless the client asks for the items that are right by `?partial=true`. The number of statements does
not depend on the number of items.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from platform_core.api.errors import PayloadTooLargeError, ValidationFailedError
from platform_core.members.principal import Principal

MOST_ITEMS = 1000
Item = dict[str, Any]


class BulkListSerializer(serializers.ListSerializer[Any]):
    """Writes checked rows in one statement each for all of them."""

    def create(self, validated_data: Any) -> list[Any]:
        """Insert the rows."""
        model = self.child.Meta.model  # type: ignore[union-attr]
        rows: list[Any] = model.objects.bulk_create([model(**values) for values in validated_data])
        return rows

    def update(self, instance: Any, validated_data: Any) -> list[Any]:
        """Change the rows; `instance` are the rows, in the order of the values."""
        rows, names = list(instance), set()
        for row, values in zip(rows, validated_data, strict=True):
            for name, value in values.items():
                setattr(row, name, value)
                names.add(name)
        if names:
            model = type(rows[0])
            # `bulk_update` does not set what `save` would, such as `updated_at`.
            touched = [item for item in model._meta.concrete_fields if getattr(item, "auto_now", False)]
            for row in rows:
                for item in touched:
                    item.pre_save(row, False)
            model.objects.bulk_update(rows, [*sorted(names), *(item.name for item in touched)])
        return rows


class BulkModelSerializer(serializers.ModelSerializer[Any]):
    """A model serializer whose `many=True` writes in bulk."""

    @classmethod
    def many_init(cls, *args: Any, **kwargs: Any) -> Any:
        """Return the list form."""
        meta: Any = cls.Meta
        if getattr(meta, "list_serializer_class", None) is None:
            meta.list_serializer_class = BulkListSerializer
        return super().many_init(*args, **kwargs)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemError:
    """What is wrong with one item.

    Attributes:
        index: its place in the request, from 0.
        key: id of the row that it is about; None for a new one.
        errors: field to messages.
    """

    index: int
    key: Any
    errors: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOutcome:
    """What was done.

    Attributes:
        rows: (index of the item, row), in order; of a deletion the id in place of the row.
        errors: of the items that were left out.
    """

    rows: Sequence[tuple[int, Any]]
    errors: Sequence[ItemError] = ()


@dataclass(slots=True)
class _Checked:
    """Items that may be written, with their places, and the errors of the others."""

    places: list[int] = field(default_factory=list)
    values: list[Item] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    errors: list[ItemError] = field(default_factory=list)


class BulkResource:
    """Rows of one model that a member may write in bulk.

    Attributes:
        serializer_class: checks one item; its `id` is read-only, items of a change name their row by `id`.
        principal: who acts.
    """

    serializer_class: ClassVar[type[BulkModelSerializer]]

    def __init__(self, principal: Principal) -> None:
        self.principal = principal

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows that the member may change."""
        raise NotImplementedError

    def perform_bulk_create(self, serializer: BulkListSerializer) -> list[Any]:
        """Write new rows; audit entries and events belong here."""
        rows: list[Any] = serializer.save()
        return rows

    def perform_bulk_update(self, serializer: BulkListSerializer) -> list[Any]:
        """Change rows."""
        rows: list[Any] = serializer.save()
        return rows

    def perform_bulk_delete(self, queryset: QuerySet[Any]) -> None:
        """Delete rows."""
        queryset.delete()

    @transaction.atomic
    def bulk_create(self, items: Any, *, partial: bool = False) -> BulkOutcome:
        """Write new rows.

        Raises:
            ValidationFailedError: an item is wrong and `partial` is false; nothing is written then.
            PayloadTooLargeError: there are more than 1,000 items.
        """
        checked = _Checked()
        for index, item in enumerate(_list_of(items)):
            self._check(checked, index, item, row=None)
        _refuse(checked, partial=partial)
        rows = _written(lambda: self.perform_bulk_create(self._serializer(checked))) if checked.values else []
        return BulkOutcome(rows=list(zip(checked.places, rows, strict=True)), errors=checked.errors)

    @transaction.atomic
    def bulk_update(self, items: Any, *, partial: bool = False) -> BulkOutcome:
        """Change rows, each named by `id`; raises as `bulk_create`."""
        listed = _list_of(items)
        checked = _Checked()
        keys = [item.get("id") if isinstance(item, dict) else None for item in listed]
        rows = self._rows(keys)
        seen: set[Any] = set()
        for index, (item, key) in enumerate(zip(listed, keys, strict=True)):
            row = self._found(rows, key)
            if row is None or row.pk in seen:
                message = f"There is no {key!r} that you may change." if row is None else f"{key!r} is named twice."
                checked.errors.append(ItemError(index=index, key=key, errors={"id": [message]}))
                continue
            seen.add(row.pk)
            self._check(checked, index, item, row=row)
        _refuse(checked, partial=partial)
        written = _written(lambda: self.perform_bulk_update(self._serializer(checked))) if checked.values else []
        return BulkOutcome(rows=list(zip(checked.places, written, strict=True)), errors=checked.errors)

    @transaction.atomic
    def bulk_delete(self, items: Any, *, partial: bool = False) -> BulkOutcome:
        """Delete rows, named by their ids; raises as `bulk_create`."""
        keys = _list_of(items)
        rows = self._rows(keys)
        checked = _Checked()
        for index, key in enumerate(keys):
            row = self._found(rows, key)
            if row is None:
                message = f"There is no {key!r} that you may delete."
                checked.errors.append(ItemError(index=index, key=key, errors={"id": [message]}))
            elif row not in checked.rows:
                checked.places.append(index)
                checked.rows.append(row)
        _refuse(checked, partial=partial)
        if checked.rows:
            self.perform_bulk_delete(self.get_queryset().filter(pk__in=[row.pk for row in checked.rows]))
        return BulkOutcome(
            rows=[(index, keys[index]) for index in checked.places],
            errors=checked.errors,
        )

    def _rows(self, keys: Iterable[Any]) -> dict[Any, Model]:
        wanted = {value for key in keys if (value := self._key(key)) is not None}
        locked = self.get_queryset().select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
        return {row.pk: row for row in locked} if wanted else {}

    def _found(self, rows: Mapping[Any, Model], key: Any) -> Any:
        return rows.get(self._key(key))

    def _key(self, key: Any) -> Any:
        """Return an id as the database has it, or None for what can be none: true is no 1 here."""
        pk = self.get_queryset().model._meta.pk
        if isinstance(key, bool) or not isinstance(key, int | str) or "\x00" in str(key):
            return None
        try:
            value = pk.to_python(key)
            pk.run_validators(value)
        except DjangoValidationError:
            return None
        return value

    def _check(self, checked: _Checked, index: int, item: Any, *, row: Any) -> None:
        child = self.serializer_class(row, data=item, partial=row is not None, context={"principal": self.principal})
        try:
            child.is_valid(raise_exception=True)
        except ValidationError as error:
            key = None if row is None else row.pk
            checked.errors.append(ItemError(index=index, key=key, errors=_messages(error.detail)))
            return
        checked.places.append(index)
        checked.values.append(child.validated_data)
        if row is not None:
            checked.rows.append(row)

    def _serializer(self, checked: _Checked) -> BulkListSerializer:
        serializer: Any = self.serializer_class(
            checked.rows or None, data=checked.values, many=True, context={"principal": self.principal}
        )
        # Checked one by one above, so that each error names its item.
        serializer._validated_data, serializer._errors = checked.values, []  # noqa: SLF001
        found: BulkListSerializer = serializer
        return found


def _written(write: Callable[[], list[Any]]) -> list[Any]:
    """Run a write; what the database refuses is the client's to put right."""
    try:
        with transaction.atomic():
            return write()
    except IntegrityError as error:
        message = "An item clashes with another one or with what is there already; nothing was written."
        raise ValidationFailedError(message) from error


def _list_of(items: Any) -> list[Any]:
    if not isinstance(items, list):
        raise ValidationFailedError("The body is a list of items.")
    if len(items) > MOST_ITEMS:
        raise PayloadTooLargeError(f"There are {len(items)} items; {MOST_ITEMS} fit into one request.")
    return items


def _refuse(checked: _Checked, *, partial: bool) -> None:
    if not checked.errors or partial:
        return
    errors = {
        f"{error.index}.{name}": list(messages) for error in checked.errors for name, messages in error.errors.items()
    }
    facts = [{"index": error.index, "id": error.key, "errors": dict(error.errors)} for error in checked.errors]
    first = checked.errors[0]
    raise ValidationFailedError(
        f"Item {first.index} is wrong, and nothing was written: {next(iter(first.errors.values()))[0]}",
        validation_errors=errors,
        data={"items": facts},
    )


def _messages(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, dict):
        return {str(name): [str(message) for message in _flat(value)] for name, value in detail.items()}
    return {"non_field_errors": [str(message) for message in _flat(detail)]}


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [message for item in value.values() for message in _flat(item)]
    return [message for item in value for message in _flat(item)] if isinstance(value, list) else [value]
