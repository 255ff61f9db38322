"""Where the picture of a member is shown, in SQL; the statements of lists are read without Django's models."""


def avatar_sql(table: str) -> str:
    """Return the SQL of what `Member.avatar_path` says, of the member that a query calls `table`."""
    return f"CASE WHEN {table}.avatar <> '' THEN '/data/avatars/' || {table}.id || '/' || {table}.avatar END"
