"""The way of an import's rows into the tables: one COPY behind the other, the last one left to work meanwhile."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event
from types import TracebackType
from typing import Any, Self

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

    Must be used inside a transaction. Between `send` and `settle` the connection takes no other statement. A thread of
    its own waits for the server; it has given everything away when `send` returns, for it would hardly get the
    interpreter back while the next batch is parsed.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tenon-import")
        self._sending: Future[None] | None = None

    def __enter__(self) -> Self:
        # Foreign keys are then checked as part of each COPY, beside the reading, and not all together at the commit.
        _set_constraints("IMMEDIATE")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is under way; its own failure counts only when there is no other."""
        try:
            if kind is None:
                self.settle()
                _set_constraints("DEFERRED")
            elif self._sending is not None:
                wait([self._sending])
        finally:
            self._thread.shutdown()

    def send(self, blocks: tuple[bytes, bytes, bytes]) -> None:
        """Send rows of tasks, annotations and predictions; raises as `settle` for what was sent before.

        Args:
            blocks: as COPY takes them in text format; an empty one is left out.
        """
        self.settle()
        sent = Event()
        # The thread works in this context: a cursor goes to the schema of the scope in which it sends.
        self._sending = self._thread.submit(copy_context().run, _copy, connection.cursor(), blocks, sent)
        sent.wait()

    def settle(self) -> None:
        """Wait until the server has stored everything sent.

        Raises:
            ValidationFailedError: an annotation has the `unique_id` of another one.
        """
        if self._sending is not None:
            sending, self._sending = self._sending, None
            with _typed_errors():
                sending.result()


def _copy(cursor: Any, blocks: tuple[bytes, bytes, bytes], sent: Event) -> None:
    """Copy block after block; `sent` is set when only the server's answer to the last one is missing."""
    parts = [(target, block) for target, block in zip(_TARGETS, blocks, strict=True) if block]
    try:
        with cursor:
            for (table, columns), block in parts:
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    copy.write(block)
                    if block is parts[-1][1]:
                        sent.set()
    finally:
        sent.set()


def _set_constraints(mode: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL {mode}")


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
