"""What a data team asks for all day, over plain HTTP, beside the published figures of Label Studio 1.23.2.

The workloads and sizes are those of the baseline: a project of 50,000 tasks of which 10,000 are annotated, twelve more
projects, pages of 100, at concurrency 1 and 8. Two web processes of ours; the baseline had two too, on the same kind of
machine (2 cores, 24 GiB), with a PostgreSQL of the same settings.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bench import client
from bench.figures import Figure, at_least, at_most, medians
from bench.installation import call, new_project
from bench.machine import Memory, Meter
from bench.transfers import Place

PROJECT_LIST = "/api/projects/?page=1&page_size=30"
FILLERS = 12
PREDICTIONS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A call that is asked for over and over.

    Attributes:
        baseline: answers per second of Label Studio, by concurrency.
        times: how many times the baseline is the goal; None where the issue sets none.
    """

    name: str
    requests: list[bytes]
    baseline: dict[int, float]
    times: float | None


def labelling(place: Place, project: int, count: int, repeat: int, seconds: float) -> Iterator[Figure]:
    """Measure lists, single objects, filtered pages, labelling, predictions, and exports."""
    for number in range(FILLERS):
        new_project(place.server, place.account, f"filler {number}")
    ids = _some_ids(place, project, count)
    for rate in [*_reads(place, project, ids, count), *_filtered(place, project, count), *_labels(place, project, ids)]:
        for concurrency in rate.baseline:
            yield _rate(place, rate, concurrency, repeat, seconds)
    yield _predictions(place, project, ids)
    yield from _downloads(place, project, repeat)


def _some_ids(place: Place, project: int, count: int) -> list[int]:
    """Return ids of tasks from all over the project."""
    pages = range(1, count // 100 + 1, max(1, count // 100 // 20))
    path = f"/api/tasks?project={project}&page_size=100&page="
    return [task["id"] for page in pages for task in call(place.server, place.account, "GET", f"{path}{page}")["tasks"]]


def _get(place: Place, path: str) -> bytes:
    return client.get(path, host=place.account.host, key=place.account.key)


def _reads(place: Place, project: int, ids: list[int], count: int) -> list[Rate]:
    page = f"/api/tasks?project={project}&page_size=100&page="
    deep = count * 9 // 10 // 100
    tasks = [_get(place, f"/api/tasks/{task}/") for task in ids]

    def read(name: str, path: str, one: float, eight: float, times: float) -> Rate:
        return Rate(name=name, requests=[_get(place, path)], baseline={1: one, 8: eight}, times=times)

    return [
        read("Page of 100", f"{page}1", 5.18, 9.30, 50),
        read(f"Page {deep} by page=N", f"{page}{deep}", 4.72, 9.01, 20),
        read("Page of 100, fields=all", f"{page}1&fields=all", 2.27, 4.79, 50),
        read("List of 13 projects", PROJECT_LIST, 2.53, 4.89, 80),
        read("One project", f"/api/projects/{project}/", 3.42, 6.94, 80),
        Rate(name="One task", requests=tasks, baseline={1: 9.58, 8: 20.06}, times=40),
    ]


def _filtered(place: Place, project: int, count: int) -> list[Rate]:
    """Return filtered and ordered pages, with annotations and predictions."""
    category = _item("data.category", "equal", "String", "c3")
    by_score = ["-tasks:data.score"]
    view = call(
        place.server,
        place.account,
        "POST",
        "/api/dm/views/",
        {"project": project, "data": _document(category, by_score)},
    )["id"]
    queries = {
        "View: equal, by score": (f"view={view}", 2.08, 4.01),
        "Filter: equal, by score": (_query(category, by_score), 2.17, 4.03),
        "Filter: text contains": (_query(_item("data.text", "contains", "String", "castle")), 1.25, 2.83),
        "Filter: number, by number": (
            _query(_item("data.n", "greater", "Number", count // 2), ["-tasks:data.n"]),
            1.60,
            3.73,
        ),
        "Filter: annotated, by completion": (
            _query(_item("total_annotations", "greater", "Number", 0), ["-tasks:completed_at"]),
            1.05,
            3.12,
        ),
    }
    path = f"/api/tasks?project={project}&page=1&page_size=100&fields=all&"
    return [
        Rate(name=name, requests=[_get(place, path + query)], baseline={1: one, 8: eight}, times=20)
        for name, (query, one, eight) in queries.items()
    ]


def _item(column: str, operator: str, kind: str, value: object) -> dict[str, object]:
    return {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}


def _document(item: dict[str, object], ordering: list[str]) -> dict[str, object]:
    return {"filters": {"conjunction": "and", "items": [item]}, "ordering": ordering}


def _query(item: dict[str, object], ordering: list[str] | None = None) -> str:
    return "query=" + quote(json.dumps(_document(item, ordering or [])))


def _labels(place: Place, project: int, ids: list[int]) -> list[Rate]:
    posts = [
        _post(place, f"/api/tasks/{ids[number * 37 % len(ids)]}/annotations/", number) for number in range(len(ids))
    ]
    return [
        Rate(
            name="Next task",
            requests=[_get(place, f"/api/projects/{project}/next")],
            baseline={1: 13.99, 8: 24.26},
            times=12,
        ),
        Rate(name="Annotation", requests=posts, baseline={1: 12.39, 8: 23.03}, times=12),
    ]


def _choice(number: int) -> list[dict[str, object]]:
    return [{"from_name": "cls", "to_name": "text", "type": "choices", "value": {"choices": [f"c{number % 5}"]}}]


def _post(place: Place, path: str, number: int) -> bytes:
    body = json.dumps({"result": _choice(number), "lead_time": 1.5}).encode()
    return client.post(path, body, host=place.account.host, key=place.account.key)


def _rate(place: Place, rate: Rate, concurrency: int, repeat: int, seconds: float) -> Figure:
    client.load(place.server.port, rate.requests, concurrency=concurrency, seconds=0.3)
    passes = []
    for _ in range(repeat):
        with Meter(server=[place.server.pid], database=[place.database]) as meter:
            load = client.load(place.server.port, rate.requests, concurrency=concurrency, seconds=seconds)
        passes.append(
            {
                "rate": load.rate,
                "median_ms": load.median * 1e3,
                "server_ms": meter.server / load.count * 1e3,
                "database_ms": meter.database / load.count * 1e3,
                "foreign": meter.foreign,
            }
        )
    middle, baseline = medians(passes), rate.baseline[concurrency]
    return Figure(
        name=f"{rate.name}, concurrency {concurrency}, times Label Studio",
        measured=f"{middle['rate']:,.0f}/s, {middle['server_ms']:.2f} + {middle['database_ms']:.2f} ms CPU",
        limit=f"{baseline:g}/s (Label Studio)",
        foreign=middle["foreign"],
        details=dict(middle),
        **at_least(middle["rate"] / baseline, rate.times or 1, " x"),
    )


def _timed(place: Place, work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    with Meter(server=[place.server.pid], database=[place.database]) as meter:
        result = work()
    return {"wall": meter.wall, "server": meter.server, "database": meter.database, "foreign": meter.foreign}, result


def _times(name: str, one: dict[str, float], baseline: float, times: float) -> Figure:
    return Figure(
        name=f"{name}, times Label Studio",
        measured=f"{one['wall']:.2f} s",
        limit=f"{baseline:g} s (Label Studio)",
        foreign=one["foreign"],
        details=one,
        **at_least(baseline / one["wall"], times, " x"),
    )


def _predictions(place: Place, project: int, ids: list[int]) -> Figure:
    body = json.dumps(
        [
            {"task": ids[number % len(ids)], "result": _choice(number), "score": 0.5, "model_version": "bench"}
            for number in range(PREDICTIONS)
        ]
    ).encode()
    path = f"/api/projects/{project}/import/predictions"
    passes = []
    for _ in range(3):
        one, report = _timed(place, lambda: call(place.server, place.account, "POST", path, body))
        assert report["created"] == PREDICTIONS
        passes.append(one)
    return _times(f"Import of {PREDICTIONS:,} predictions", medians(passes), 21.86, 40)


def _downloads(place: Place, project: int, repeat: int) -> list[Figure]:
    """Measure exports: the annotated tasks, and all of them by download and by snapshot; first byte and memory."""
    annotated = f"/api/projects/{project}/export?exportType=JSON"
    every = f"{annotated}&download_all_tasks=true"
    memory = Memory.of(place.server.workers)
    some = medians([_timed(place, lambda: _download(place, annotated))[0] for _ in range(repeat)])
    all_passes = [_timed(place, lambda: _download(place, every)) for _ in range(repeat)]
    first_byte = max(first for _one, first in all_passes)
    return [
        _times("Export of the annotated tasks as JSON", some, 27.5, 40),
        _times("Export of all tasks as JSON", medians([one for one, _first in all_passes]), 69.6, 50),
        Figure(
            name="First byte of that export (s)",
            measured=f"{first_byte:.3f} s",
            limit="",
            foreign=some["foreign"],
            **at_most(first_byte, 0.5, " s"),
        ),
        Figure(
            name="Both web processes while exporting, over idle (MB)",
            measured=f"{memory.peak_over_idle() / 1e6:.0f} MB",
            limit="",
            foreign=some["foreign"],
            **at_most(memory.peak_over_idle() / 1e6, 64, " MB"),
        ),
        Figure(
            name="Both web processes, idle (MB)",
            measured=f"{sum(memory.idle.values()) / 1e6:.0f} MB",
            limit="522 MB (Label Studio)",
            foreign=None,
            **at_most(sum(memory.idle.values()) / 1e6, 300, " MB"),
        ),
    ]


def _download(place: Place, path: str) -> float:
    """Read a stream to its end; return the seconds until its first byte."""
    began = time.perf_counter()
    with client.stream(place.server.port, _get(place, path)) as pieces:
        next(pieces)
        first = time.perf_counter() - began
        for _piece in pieces:
            pass
    return first
