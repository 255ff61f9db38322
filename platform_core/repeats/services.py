"""Doing a thing once however often it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from platform_core.api.errors import ValidationFailedError

KEPT_HOURS: Final = 24
# Waits for a request with the same key that is under way: its row is not visible, and yet in the way. An expired
# answer gives its row to the new one.
_TAKE: Final = f"""
    INSERT INTO repeats_keptanswer (member_id, key, route, digest, status, content, created_at, updated_at)
    VALUES (%(member)s, %(key)s, %(route)s, %(digest)s, 0, '', now(), now())
    ON CONFLICT (member_id, key) DO UPDATE SET route = excluded.route, digest = excluded.digest, status = 0,
        content = '', created_at = now(), updated_at = now()
    WHERE repeats_keptanswer.created_at < now() - interval '{KEPT_HOURS} hours' RETURNING id"""  # noqa: S608
_KEPT: Final = "SELECT digest, status, content FROM repeats_keptanswer WHERE member_id = %(member)s AND key = %(key)s"
_KEEP: Final = "UPDATE repeats_keptanswer SET status = %s, content = %s, updated_at = now() WHERE id = %s"
# The oldest rows have the lowest ids, so that no index of times is needed. Rows in use by others are left to them.
_PRUNE: Final = f"""
    DELETE FROM repeats_keptanswer WHERE id IN (
        SELECT id FROM (SELECT id, created_at FROM repeats_keptanswer ORDER BY id LIMIT 100) oldest
        WHERE created_at < now() - interval '{KEPT_HOURS} hours'
    )"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A success.

    Attributes:
        status: HTTP status.
        content: the body.
        replayed: it was made by an earlier request.
    """

    status: int
    content: bytes
    replayed: bool = False


@transaction.atomic
def answer_once(*, member_id: int, key: str, route: str, digest: str, make: Callable[[], Answer]) -> Answer:
    """Return what `make` answers, or what it answered to the same request within the last day.

    What `make` writes and its answer commit together; if it raises, nothing is kept and the key is free again.

    Args:
        key: chosen by the client, unique among its requests.
        digest: of everything that makes the request what it is.

    Raises:
        ValidationFailedError: the key was used for another request.
    """
    values: dict[str, int | str] = {"member": member_id, "key": key, "route": route, "digest": digest}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        taken = cursor.fetchone()
        if taken is None:
            cursor.execute(_KEPT, values)
            return _replayed(cursor.fetchone(), digest)
        cursor.execute(_PRUNE)
        answer = make()
        cursor.execute(_KEEP, [answer.status, answer.content, taken[0]])
    return answer


def _replayed(row: tuple[str, int, memoryview], digest: str) -> Answer:
    if row[0] != digest:
        message = "This Idempotency-Key was used for another request within the last day; choose a new one."
        raise ValidationFailedError(message, validation_errors={"Idempotency-Key": [message]})
    return Answer(status=row[1], content=bytes(row[2]), replayed=True)
