"""A cursor that takes a change of `search_path` along with the statement that needs it: one round trip, not two."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from django.db.backends.postgresql import base
from psycopg import sql

if TYPE_CHECKING:
    from psycopg import ClientCursor

    BaseCursor = ClientCursor[Any]  # what Django's is, too late for its stubs to say
else:
    BaseCursor = base.Cursor

# What may stand behind another command in one message. VACUUM and its like may not; a SET alone goes before them.
_MAY_FOLLOW: Final = re.compile(
    r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|CREATE\s+(?:SCHEMA|TABLE|OR\s+REPLACE\s+FUNCTION))\b", re.IGNORECASE
)
_PATH: Final = re.compile(r'SET search_path = "[^"]+"; ')
# These name no table, and the way out of a broken transaction must not begin with a SET that fails there.
_NEEDS_NO_PATH: Final = re.compile(r"\s*(?:SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)


class TenantCursor(BaseCursor):
    """Cursor of a `DatabaseWrapper`, which says before each statement whether the path has to change.

    Attributes:
        needed_path: returns the schema to be set before the next statement, or None when the path is right.
        note_path: is told the schema that is set now, or None when nobody knows.
    """

    needed_path: Callable[[], str | None] | None = None
    note_path: Callable[[str | None], None]

    def execute(self, query: Any, params: Any = None, **options: Any) -> "TenantCursor":
        """Run a statement in the schema of the current scope."""
        schema = self.needed_path() if self.needed_path is not None else None
        text = query if isinstance(query, str) else ""
        if schema is None or _NEEDS_NO_PATH.match(text):
            return super().execute(query, params, **options)
        if not _MAY_FOLLOW.match(text):
            self._set_path(schema)
            return super().execute(query, params, **options)
        try:
            super().execute(f"{_set_path(schema)}; {query}", params, **options)
        except BaseException:
            self.note_path(None)
            raise
        self.nextset()
        self.note_path(schema)
        return self

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        """Run a statement for each of many parameters, in the schema of the current scope."""
        self.settle_path()
        super().executemany(query, params_seq, **options)

    def copy(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """Start a COPY in the schema of the current scope."""
        self.settle_path()
        return super().copy(statement, params, **options)

    def stream(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Run a statement row by row, in the schema of the current scope."""
        self.settle_path()
        return super().stream(query, params, **options)

    def settle_path(self) -> None:
        """Set the path now if it has to change."""
        schema = self.needed_path() if self.needed_path is not None else None
        if schema is not None:
            self._set_path(schema)

    def _set_path(self, schema: str) -> None:
        try:
            super().execute(_set_path(schema))
        except BaseException:
            self.note_path(None)
            raise
        self.note_path(schema)


def without_path(statement: str) -> str:
    """Return what was sent without the change of path before it: logs and tests count statements, not ways."""
    return statement[found.end() :] if (found := _PATH.match(statement)) else statement


def _set_path(schema: str) -> str:
    """Return the statement; a per cent sign would be read as a parameter, and no schema of ours has one.

    Raises:
        ValueError: the name has one.
    """
    if "%" in schema:
        raise ValueError(f"Not a schema of Tenon: {schema!r}")
    return f"SET search_path = {sql.Identifier(schema).as_string()}"
