"""Which keys the data of a project's tasks have."""

from django.db import connection

LOOKED_AT = 1000
_KEYS = """
    SELECT key, count(*), min(jsonb_typeof(s.data -> key)), max(jsonb_typeof(s.data -> key))
    FROM (SELECT t.data FROM tasks_task t WHERE t.project_id = %(project)s ORDER BY t.id LIMIT %(limit)s) s,
    LATERAL jsonb_object_keys(CASE WHEN jsonb_typeof(s.data) = 'object' THEN s.data ELSE '{}'::jsonb END) key
    GROUP BY key ORDER BY key"""


def data_keys(project_id: int) -> dict[str, str]:
    """Return the keys of the first thousand tasks, sorted, with the JSON type of their values, `mixed` for several."""
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, {"project": project_id, "limit": LOOKED_AT})
        return {key: low if low == high else "mixed" for key, _, low, high in cursor.fetchall()}
