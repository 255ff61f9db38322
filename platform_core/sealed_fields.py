"""The column of a secret: takes sealed texts only, so that forgetting to encrypt is an error and never a leak."""

from typing import TYPE_CHECKING, Any

from django.db import models

from platform_core.sealing import SealedText, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Sequence

    _Field = models.TextField[Any, Any]
else:
    _Field = models.TextField


class SealedTextField(_Field):
    """Column whose values are `SealedText` or None; in a migration it is a plain text column.

    Encryption is bound to the row, so it needs the row's key: `save_secret` writes one, `open_secret` reads one.
    """

    def deconstruct(self) -> "tuple[str, str, Sequence[Any], dict[str, Any]]":
        """Be a text column to migrations: what it holds is no matter of the schema."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.TextField", args, options

    def from_db_value(self, value: str | None, *_context: object) -> SealedText | None:
        """Wrap what the column holds."""
        return None if value is None else SealedText(value)

    def to_python(self, value: Any) -> SealedText | None:
        """Return the value, refusing plain text.

        Raises:
            TypeError: the value is not sealed.
        """
        if value is None or isinstance(value, SealedText):
            return value
        raise TypeError(f"{self.name} takes a SealedText, never a plain {type(value).__name__}")

    def get_prep_value(self, value: Any) -> Any:
        """Return what is stored."""
        sealed = self.to_python(value)
        return None if sealed is None else sealed.token

    def value_to_string(self, obj: models.Model) -> str:
        """Return the token, for Django's serializers."""
        sealed: SealedText | None = self.value_from_object(obj)
        return "" if sealed is None else sealed.token


def place_of(model: type[models.Model], field: str, key: object) -> str:
    """Return the name under which a row's secret is sealed."""
    return f"{model._meta.label_lower}.{field}:{key}"


def save_secret(row: models.Model, field: str, text: str | None) -> None:
    """Seal a secret into a saved row, in one statement; None or an empty text takes it away.

    Raises:
        ValueError: the row has no key yet, so nothing can be bound to it.
    """
    if row.pk is None:
        raise ValueError("Save the row first: its secret is bound to its key")
    model = type(row)
    sealed = seal(text, place=place_of(model, field, row.pk)) if text else None
    setattr(row, field, sealed)
    model._meta.base_manager.filter(pk=row.pk).update(**{field: sealed})


def open_secret(row: models.Model, field: str) -> str | None:
    """Return a row's secret, or None when it has none.

    Raises:
        SealedTextError: it was sealed for another row or organization, or its key is not configured.
    """
    sealed: SealedText | None = getattr(row, field)
    return None if sealed is None else unseal(sealed, place=place_of(type(row), field, row.pk))
