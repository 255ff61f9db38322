"""Reset of pooled connections. Apart from `base`, so that settings can name it before Django is configured."""

from typing import Any

from psycopg import Connection
from psycopg.pq import TransactionStatus

from tenants.scope import PUBLIC_SCHEMA


def reset_pooled_connection(connection: Connection[Any]) -> None:
    """Take organization, role and time-outs off a connection that goes back to the pool.

    Not `RESET ALL`: it would also undo `-c timezone=UTC` and shift every time stamp.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        connection.rollback()
    connection.autocommit = True
    connection.execute(f"SET search_path = {PUBLIC_SCHEMA}; RESET ROLE; RESET statement_timeout; RESET lock_timeout")
