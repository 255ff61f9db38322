"""How a plugin's row refers to a row of the core.

An ordinary foreign key breaks the core wherever the plugin's table does not exist: Django collects related rows before
a delete and asks a table that is not there. So Django knows no constraint and does nothing on delete, and the database
itself cascades, through a constraint named in `Meta.constraints`:

    class Line(models.Model):
        task = CoreForeignKey("tasks.Task")

        class Meta:
            constraints = [CoreForeignKeyConstraint(field="task", name="orders_line_task_fk")]

A row of a plugin that refers to such a row needs the same field: the database deletes the first without Django's
knowledge, and an ordinary key of the second would make the core's own delete fail. A check says so.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Plugins import the sdk alone, and so do the migrations that Django writes for them.
PUBLIC_MODULE = "platform_core.sdk.fields"


class OnCoreDelete(StrEnum):
    """What the database does with the plugin's row when the core's row goes."""

    CASCADE = "CASCADE"
    SET_NULL = "SET NULL"


class CoreForeignKey(models.ForeignKey[Any, Any]):
    """A reference to a core model: no Django constraint, DO_NOTHING, no reverse accessor.

    Accepts every option of `ForeignKey` but `on_delete`, `db_constraint` and `related_name`, which are fixed. Needs a
    `CoreForeignKeyConstraint` in `Meta.constraints`; a system check says so.
    """

    def __init__(self, to: Any, **options: Any) -> None:
        for fixed in ("on_delete", "db_constraint", "related_name"):
            if fixed in options:
                raise TypeError(f"CoreForeignKey sets {fixed} itself; see CoreForeignKeyConstraint for deletion")
        super().__init__(to, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", **options)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Leave the fixed options out and name the public module."""
        name, _, args, options = super().deconstruct()
        for fixed in ("on_delete", "db_constraint", "related_name"):
            options.pop(fixed, None)
        return name, f"{PUBLIC_MODULE}.{type(self).__name__}", args, options


class CoreForeignKeyConstraint(models.BaseConstraint):
    """`FOREIGN KEY ... ON DELETE CASCADE | SET NULL` in the database for one `CoreForeignKey`.

    Args:
        field: name of the field.
        name: name of the constraint; begins with the app label.
        on_delete: `SET_NULL` needs a nullable field.
    """

    def __init__(self, *, field: str, name: str, on_delete: OnCoreDelete | str = OnCoreDelete.CASCADE) -> None:
        self.field = field
        self.on_delete = OnCoreDelete(on_delete)
        super().__init__(name=name)

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Return the clause for CREATE TABLE."""
        assert model is not None
        assert schema_editor is not None
        field, quote = model._meta.get_field(self.field), schema_editor.quote_name
        assert isinstance(field, models.ForeignKey)
        target = field.target_field
        table, column = quote(target.model._meta.db_table), quote(str(target.column))
        # Checked at once, not at commit: pending deferred checks would forbid ALTER TABLE in the same transaction.
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({quote(field.column)}) "
            f"REFERENCES {table} ({column}) ON DELETE {self.on_delete.value}"
        )

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Return the statement that adds the constraint to an existing table."""
        assert model is not None
        assert schema_editor is not None
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Return the statement that drops the constraint."""
        assert model is not None
        assert schema_editor is not None
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the field itself checks that the row exists."""

    def check(self, model: type[models.Model], connection: Any) -> list[checks.CheckMessage]:  # noqa: ARG002 Django's signature
        """Return an error when the field is missing, of another type, or not nullable for SET NULL."""
        try:
            field = model._meta.get_field(self.field)
        except FieldDoesNotExist:
            field = None
        if not isinstance(field, CoreForeignKey):
            return [
                checks.Error(
                    f"{self.name!r} refers to {self.field!r}, which is no CoreForeignKey of {model.__name__}.",
                    obj=model,
                    id="tenon.E020",
                )
            ]
        if self.on_delete is OnCoreDelete.SET_NULL and not field.null:
            return [
                checks.Error(f"{self.name!r} sets NULL: give {self.field!r} null=True.", obj=model, id="tenon.E021")
            ]
        return []

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """Return plain values only, so that a migration needs no further import."""
        options = {"field": self.field, "name": self.name, "on_delete": self.on_delete.value}
        return f"{PUBLIC_MODULE}.{type(self).__name__}", (), options

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CoreForeignKeyConstraint):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.field, self.on_delete))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: field={self.field!r} name={self.name!r} on_delete={self.on_delete.value!r}>"
