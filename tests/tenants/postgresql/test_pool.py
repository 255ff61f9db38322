import psycopg
import pytest
from django.db import connection
from psycopg.pq import TransactionStatus

from tenants.postgresql.pool import reset_pooled_connection

SHOWN = ("search_path", "role", "statement_timeout", "lock_timeout", "timezone")


@pytest.fixture
def pooled(committed):
    connection.ensure_connection()
    with psycopg.connect(**connection.get_connection_params() | {"context": None}, autocommit=True) as opened:
        yield opened


def _shown(opened):
    return [opened.execute(f"SHOW {name}").fetchone()[0] for name in SHOWN]


def test_reset_takes_off_what_one_user_left_and_keeps_the_time_zone(pooled):
    fresh = _shown(pooled)
    pooled.execute(f"SET search_path = pg_catalog; SET ROLE {pooled.info.user}")
    pooled.execute("SET statement_timeout = 5000; SET lock_timeout = 5000")
    assert [one for one, other in zip(_shown(pooled), fresh, strict=True) if one == other] == ["UTC"]

    reset_pooled_connection(pooled)

    assert _shown(pooled) == ["public", *fresh[1:]]
    assert _shown(pooled)[-1] == "UTC"


def test_reset_ends_a_transaction_that_was_left_open(pooled):
    pooled.autocommit = False
    pooled.execute("CREATE TABLE left_behind (id int)")

    reset_pooled_connection(pooled)

    assert (pooled.info.transaction_status, pooled.autocommit) == (TransactionStatus.IDLE, True)
    assert pooled.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)
