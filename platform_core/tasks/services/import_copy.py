"""The way of an import's rows into the tables: one COPY behind the other, the last one left to work meanwhile."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from django.db import IntegrityError, connection

from platform_core.api.errors import ValidationFailedError
from platform_core.tasks.services.import_rows import ANNOTATION_COLUMNS, PREDICTION_COLUMNS, TASK_COLUMNS

_TARGETS = (
    ("tasks_task", TASK_COLUMNS),
    ("tasks_annotation", ANNOTATION_COLUMNS),
    ("tasks_prediction", PREDICTION_COLUMNS),
)


class CopyPipe:
    """Sends blocks of rows without waiting for the last one, so that the server stores while the next ones are read.

    Must be used inside a transaction. Between `send` and `settle` the connection takes no other statement.
    """

    def __init__(self) -> None:
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is under way, or break it off when an error is under way."""
        with _typed_errors():
            self._open.__exit__(kind, error, trace)

    def send(self, blocks: tuple[bytes, bytes, bytes]) -> None:
        """Send rows of tasks, annotations and predictions; raises as `settle` for what was sent before.

        Args:
            blocks: as COPY takes them in text format; an empty one is left out.
        """
        for (table, columns), block in zip(_TARGETS, blocks, strict=True):
            if block:
                self.settle()
                with _typed_errors():
                    cursor = self._open.enter_context(connection.cursor())
                    copy = self._open.enter_context(cursor.copy(f"COPY {table} ({columns}) FROM STDIN"))
                    copy.write(block)

    def settle(self) -> None:
        """Wait until the server has stored everything sent.

        Raises:
            ValidationFailedError: an annotation has the `unique_id` of another one.
        """
        with _typed_errors():
            self._open.close()


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        with connection.wrap_database_errors:
            yield
    except IntegrityError as error:
        if "unique_id" not in str(error):
            raise
        raise ValidationFailedError(
            'An annotation with the same "unique_id" exists already.', data={"key": "unique_id"}
        ) from error
