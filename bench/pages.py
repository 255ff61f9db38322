"""Pages of tasks over HTTP against one bare Django view on the same web server; deep pages against the first one."""

import json

from bench import client
from bench.figures import Figure, at_least, at_most, interleaved, medians
from bench.installation import Account, Server, call
from bench.machine import Meter

SIZE = 100


def first_page(
    server: Server, bare: Server, account: Account, project: int, database: int, repeat: int, seconds: float
) -> list[Figure]:
    """Measure the first page at concurrency 1 and 8."""
    request = client.get(f"/api/tasks/?project={project}", host=account.host, key=account.key)
    _compare_bodies(server, bare, account, project)
    figures = []
    for concurrency in (1, 8):
        ours, limit = map(
            medians,
            interleaved(
                repeat,
                lambda: _pass(server, database, request, concurrency, seconds),  # noqa: B023 - called in this turn
                lambda: _pass(bare, database, request, concurrency, seconds),  # noqa: B023
            ),
        )
        figures.append(
            Figure(
                name=f"Page of {SIZE} tasks, concurrency {concurrency}, share of a bare Django view (%)",
                measured=f"{ours['rate']:,.0f}/s, {ours['server_ms']:.2f} + {ours['database_ms']:.2f} ms CPU",
                limit=f"{limit['rate']:,.0f}/s, {limit['server_ms']:.2f} + {limit['database_ms']:.2f} ms CPU",
                foreign=ours["foreign"],
                details={"ours": ours, "bare": limit},
                **at_least(ours["rate"] / limit["rate"] * 100, 50, " %"),
            )
        )
    return figures


def _compare_bodies(server: Server, bare: Server, account: Account, project: int) -> None:
    path = f"/api/tasks/?project={project}"
    ours, limit = call(server, account, "GET", path), call(bare, account, "GET", path)
    lengths = [len(body.pop("next_cursor")) for body in (ours, limit)]
    assert json.dumps(ours) == json.dumps(limit)
    assert len(ours["tasks"]) == SIZE
    assert lengths[0] == lengths[1]


def _pass(server: Server, database: int, request: bytes, concurrency: int, seconds: float) -> dict[str, float]:
    client.load(server.port, [request], concurrency=concurrency, seconds=0.3)
    with Meter(server=[server.pid], database=[database]) as meter:
        load = client.load(server.port, [request], concurrency=concurrency, seconds=seconds)
    return {
        "rate": load.rate,
        "median_ms": load.median * 1e3,
        "server_ms": meter.server / load.count * 1e3,
        "database_ms": meter.database / load.count * 1e3,
        "foreign": meter.foreign,
    }


def deep_pages(
    server: Server,
    account: Account,
    project: int,
    database: int,
    count: int,
    repeat: int,
    seconds: float,
    *,
    state: str,
) -> list[Figure]:
    """Measure pages near the end, and pages one after another, against the first one."""
    path = f"/api/tasks/?project={project}"
    deep = count * 9 // 10 // SIZE
    cursor = call(server, account, "GET", f"{path}&page={deep}")["next_cursor"]

    def requests(*queries: str) -> list[bytes]:
        return [client.get(path + query, host=account.host, key=account.key) for query in queries]

    kinds = {
        "first": requests(""),
        "by cursor": requests(f"&cursor={cursor}"),
        "by page=N": requests(f"&page={deep}"),
        "sequential page=N": requests(*[f"&page={number}" for number in range(1, count // SIZE + 1)]),
    }
    times = dict(
        zip(
            kinds,
            map(medians, interleaved(repeat, *[_timer(server, database, kind, seconds) for kind in kinds.values()])),
            strict=True,
        )
    )
    first = times.pop("first")
    titles = {"sequential page=N": "All pages"}
    bounds = {"by cursor": 1.2, "by page=N": 3, "sequential page=N": 1.2}
    return [
        Figure(
            name=f"{titles.get(kind, f'Page {deep}')} {kind}, {state}, of the first page's time",
            measured=f"{one['ms']:.2f} ms",
            limit=f"{first['ms']:.2f} ms",
            foreign=one["foreign"],
            details={"ours": one, "first": first},
            **at_most(one["ms"] / first["ms"], bounds[kind], " x"),
        )
        for kind, one in times.items()
    ]


def _timer(server: Server, database: int, requests: list[bytes], seconds: float):
    def run() -> dict[str, float]:
        with Meter(server=[server.pid], database=[database]) as meter:
            # Pages in a row are asked for in a row: once through, however long it takes.
            load = (
                client.load(server.port, requests, concurrency=1, seconds=seconds)
                if len(requests) == 1
                else client.once(server.port, requests)
            )
        return {"ms": 1e3 / load.rate, "foreign": meter.foreign}

    return run
