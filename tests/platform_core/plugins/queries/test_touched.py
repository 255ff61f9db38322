from django.db import connection

from platform_core.plugins.queries.touched import python_steps, touched_tables

PYTHON = "--\n-- Raw Python operation\n--\n-- THIS OPERATION CANNOT BE WRITTEN AS SQL"
STATEMENTS = [
    "--\n-- Create model Kite\n--",
    'CREATE TABLE "kites_kite" ("id" bigint PRIMARY KEY, "m" integer REFERENCES "members_member" ("id"))',
    'ALTER TABLE "kites_kite" ADD COLUMN "colour" text',
    'CREATE UNIQUE INDEX "x" ON "kites_tail" ("length")',
    '--\n-- Tidy\n--\nUPDATE "kites_string" SET "a" = \'CREATE TABLE "no"\'',
    'DROP TABLE "kites_old" CASCADE',
    PYTHON,
]


def test_tables_are_named_once_with_their_strongest_action_and_their_rows(in_alpha):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kites_tail (length int); INSERT INTO kites_tail VALUES (1), (2)")

    found = {item.table: (item.action, item.rows) for item in touched_tables(STATEMENTS)}

    assert found == {
        "kites_kite": ("created", 0),
        "members_member": ("referenced", None),
        "kites_tail": ("altered", 2),
        "kites_string": ("altered", 0),
        "kites_old": ("dropped", 0),
    }


def test_steps_in_python_are_counted_because_no_statement_shows_them():
    assert (python_steps(STATEMENTS), python_steps([])) == (1, 0)
