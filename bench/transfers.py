"""Tasks in and out: an import against a raw COPY into the same table, an export against a raw COPY out of it."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from bench import client
from bench.figures import Figure, at_least, at_most, interleaved, medians
from bench.installation import Account, Server, call, new_project
from bench.machine import Memory, Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where tasks go in and out."""

    server: Server
    account: Account
    database: int
    url: str


def imports(place: Place, body: bytes, count: int, repeat: int) -> list[Figure]:
    """Measure importing tasks in one POST; each pass begins with an empty table, and so does its COPY."""
    _warm(place)
    memory = Memory.of(place.server.workers)
    rows: list[bytes] = []

    def posted() -> dict[str, float]:
        _empty(connection)
        project = new_project(place.server, place.account, "import")
        with Meter(server=[place.server.pid], database=[place.database]) as meter:
            report = call(place.server, place.account, "POST", f"/api/projects/{project}/import", body)
        assert report["task_count"] == count
        rows[:] = _copy_out(connection, f"SELECT * FROM tasks_task WHERE project_id = {project}")
        return {"wall": meter.wall, "server": meter.server, "database": meter.database, "foreign": meter.foreign}

    def copied() -> dict[str, float]:
        _empty(connection)
        with Meter(database=[place.database]) as meter, connection.cursor() as cursor:
            with cursor.copy("COPY tasks_task FROM STDIN") as copy:
                for piece in rows:
                    copy.write(piece)
            connection.commit()
        return {"wall": meter.wall, "foreign": meter.foreign}

    with _connect(place) as connection:
        ours, bare = map(medians, interleaved(repeat, posted, copied))
        _empty(connection)
    peak = memory.peak_over_idle() / 1e6
    share = bare["wall"] / ours["wall"]
    return [
        Figure(
            name=f"Import of {count:,} tasks in one POST, share of a raw COPY into the same table (%)",
            measured=f"{count / ours['wall']:,.0f} tasks/s",
            limit=f"{count / bare['wall']:,.0f} tasks/s",
            foreign=ours["foreign"],
            details={"ours": ours, "bare": bare, "body_mb": len(body) / 1e6},
            **at_least(share * 100, 40, " %"),
        ),
        Figure(
            name="The same, peak memory of the web process over idle (MB)",
            measured=f"{peak:.0f} MB",
            limit="",
            foreign=ours["foreign"],
            **at_most(peak, 128, " MB"),
        ),
    ]


def growth(place: Place, body: bytes, count: int) -> Figure:
    """Measure five imports into one project: the fifth against the first, by processor time, which neighbours spare."""
    _warm(place)
    project = new_project(place.server, place.account, "growth")
    passes = []
    for _ in range(5):
        with Meter(server=[place.server.pid], database=[place.database]) as meter:
            report = call(place.server, place.account, "POST", f"/api/projects/{project}/import", body)
        assert report["task_count"] == count
        passes.append({"wall": meter.wall, "processors": meter.server + meter.database, "foreign": meter.foreign})
    with _connect(place) as connection:
        _empty(connection)
    first, fifth = passes[0]["processors"], passes[-1]["processors"]
    return Figure(
        name=f"The fifth import of {count:,} tasks into a project over the first, processor time (%)",
        measured=f"{fifth:.2f} s",
        limit=f"{first:.2f} s",
        foreign=max(one["foreign"] for one in passes),
        details={"passes": passes},
        **at_most(fifth / first * 100, 120, " %"),
    )


def exports(place: Place, project: int, count: int, annotated: int, repeat: int) -> list[Figure]:
    """Measure exporting all tasks of a project as JSON."""
    from platform_core.tasks.queries import json_sql

    path = f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true"
    query = f"SELECT {json_sql.exported_task()}::text FROM tasks_task t WHERE t.project_id = {project} ORDER BY t.id"
    _warm(place)
    memory = Memory.of(place.server.workers)

    def streamed() -> dict[str, float]:
        with Meter(server=[place.server.pid], database=[place.database]) as meter:
            request = client.get(path, host=place.account.host, key=place.account.key)
            with client.stream(place.server.port, request) as pieces:
                size = sum(pieces)
        return {
            "wall": meter.wall,
            "server": meter.server,
            "database": meter.database,
            "foreign": meter.foreign,
            "mb": size / 1e6,
        }

    def copied() -> dict[str, float]:
        with Meter(database=[place.database]) as meter:
            size = sum(map(len, _copy_out(connection, query)))
        return {"wall": meter.wall, "foreign": meter.foreign, "mb": size / 1e6}

    with _connect(place) as connection:
        ours, bare = map(medians, interleaved(repeat, streamed, copied))
    peak = memory.peak_over_idle() / 1e6
    exported = call(place.server, place.account, "GET", path)
    assert len(exported) == count
    assert sum(len(task["annotations"]) for task in exported) == annotated

    return [
        Figure(
            name=f"Export of {count:,} tasks with {annotated:,} annotations, share of a raw COPY of the same JSON (%)",
            measured=f"{ours['mb'] / ours['wall']:.0f} MB/s",
            limit=f"{bare['mb'] / bare['wall']:.0f} MB/s",
            foreign=ours["foreign"],
            details={"ours": ours, "bare": bare},
            **at_least(bare["wall"] / ours["wall"] * 100, 40, " %"),
        ),
        Figure(
            name="The same, peak memory of the web process over idle (MB)",
            measured=f"{peak:.0f} MB",
            limit="",
            foreign=ours["foreign"],
            **at_most(peak, 64, " MB"),
        ),
    ]


def _warm(place: Place) -> None:
    """Have both processes load what every request needs, and nothing of what is measured."""
    request = client.get("/api/projects/", host=place.account.host, key=place.account.key)
    client.load(place.server.port, [request], concurrency=8, seconds=0.5)


def _connect(place: Place) -> psycopg.Connection[Any]:
    return psycopg.connect(place.url, options=f"-c search_path={place.account.schema} -c timezone=UTC")


def _empty(connection: psycopg.Connection[Any]) -> None:
    connection.execute("TRUNCATE tasks_task CASCADE")
    connection.commit()


def _copy_out(connection: psycopg.Connection[Any], query: str) -> list[bytes]:
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(sql.SQL(query))) as copy:
        blocks = [bytes(block) for block in copy]
    connection.commit()
    return blocks


def vacuum(place: Place) -> None:
    """Bring statistics and visibility up to date, as autovacuum does a minute after a large import."""
    with _connect(place) as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE tasks_task, tasks_annotation")
