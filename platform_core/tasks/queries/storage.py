"""How much an organization keeps."""

from django.db import connection

_KEPT = """
    SELECT (SELECT coalesce(sum(size), 0) FROM tasks_fileupload)
         + (SELECT coalesce(sum(size), 0) FROM tasks_exportsnapshot)
         + (SELECT coalesce(sum(size), 0) FROM tasks_exportconversion)"""


def kept_bytes() -> int:
    """Return the bytes of all uploads, snapshots and conversions of the organization in scope."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT)
        (kept,) = cursor.fetchone()
    return int(kept)
