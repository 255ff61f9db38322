"""Measure the platform against its physical limits, in one run: `make bench`, or `python -m bench --help`.

Brings its own durable PostgreSQL in a folder that is deleted afterwards, and two web processes with production
settings.
Writes bench/results/<time>.json, and docs/benchmarks.md with --write.
"""

import argparse
import dataclasses
import json
import os
import platform as system
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import gate, labelling, machine, million, organizations, pages, platform, plugins, tasks_data, transfers
from bench.figures import Figure
from bench.installation import bare_server, call, installation, new_account, new_project, platform_server
from bench.report import write_document

ROOT = Path(__file__).resolve().parents[1]
GROUPS = ("organizations", "fleet", "plugins", "gate", "platform", "import", "pages", "export", "labelling", "million")


def main() -> None:
    """Run the chosen groups and write down what they gave."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(GROUPS), help="groups, separated by commas")
    parser.add_argument("--repeat", type=int, default=5, help="passes; their median counts")
    parser.add_argument("--seconds", type=float, default=2.5, help="length of a pass of load")
    parser.add_argument("--tasks", type=int, default=50_000)
    parser.add_argument("--million", type=int, default=1_000_000, help="tasks of the group `million`")
    parser.add_argument("--organizations", type=int, default=200)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md too")
    options = parser.parse_args()
    began = time.time()
    figures = []
    for figure in measure(options):
        figures.append(figure)
        shown = "not measured" if figure.foreign is None else f"{figure.foreign:.0%}"
        print(
            f"{figure.name}: {figure.measured} | {figure.limit} | {figure.value:.3g} {figure.goal} "
            f"{'' if figure.met is None else 'met' if figure.met else 'MISSED'} (foreign {shown})",
            flush=True,
        )
    facts = {
        **machine.shape(),
        "python": system.python_version(),
        "date": time.strftime("%Y-%m-%d", time.gmtime(began)),
        "repeat": options.repeat,
        "seconds": options.seconds,
        "niceness": os.nice(0),
        "minutes": round((time.time() - began) / 60, 1),
    }
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    result = {"facts": facts, "figures": [dataclasses.asdict(figure) for figure in figures]}
    name = time.strftime("%Y%m%dT%H%M%S", time.gmtime(began))
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    if options.write:
        write_document(ROOT / "docs" / "benchmarks.md", facts, figures)
    if any(figure.met is False for figure in figures):
        sys.exit(1)


def measure(options: argparse.Namespace) -> Iterator[Figure]:
    """Yield the figures as they come."""
    wanted = set(options.only.split(","))
    with installation() as database:
        url = os.environ["DATABASE_URL"]
        if wanted & {"organizations", "fleet"}:
            yield from organizations.new_organization(database, url, options.repeat)
        if "fleet" in wanted:
            yield from organizations.fleet(database, url, options.repeat, size=options.organizations)
        if "plugins" in wanted:
            yield from plugins.enabling(database, url, options.repeat)
        account = new_account("bench")
        if "gate" in wanted:
            # In an organization of its own: the plugin that it enables would take part in the imports of the other.
            yield from gate.tenancy_and_gate(new_account("gated"), database, options.repeat)
        if "platform" in wanted:
            yield from platform.platform(account, database, options.repeat, options.organizations)
        if wanted & {"import", "pages", "export", "labelling"}:
            with platform_server() as server:
                place = transfers.Place(server=server, account=account, database=database, url=url)
                yield from over_http(place, wanted, options)
        if "million" in wanted:
            # In an organization of its own, so that its million tasks lie in no other line's table.
            account = new_account("million")
            with platform_server() as server:
                place = transfers.Place(server=server, account=account, database=database, url=url)
                yield from million.million(place, options.million, options.repeat)


def over_http(place: transfers.Place, wanted: set[str], options: argparse.Namespace) -> Iterator[Figure]:
    """Yield the figures of imports, pages and exports."""
    server, account, database, count = place.server, place.account, place.database, options.tasks
    if "import" in wanted:
        yield from transfers.imports(place, tasks_data.import_body(count), count, options.repeat)
        yield transfers.growth(place, tasks_data.import_body(count), count)
    project = new_project(server, account, "pages")
    body = tasks_data.import_body(count, annotate_every=5)
    call(server, account, "POST", f"/api/projects/{project}/import", body)
    transfers.vacuum(place)
    if "export" in wanted:
        # Its own processes: those that imported would hide the memory of an export in what they have already grown to.
        with platform_server() as fresh:
            place = dataclasses.replace(place, server=fresh)
            yield from transfers.exports(place, project, count, count // 5, options.repeat)
    if "pages" in wanted:
        cursor = call(server, account, "GET", f"/api/tasks/?project={project}")["next_cursor"]
        with bare_server(account, cursor_length=len(cursor)) as bare:
            yield from pages.first_page(server, bare, account, project, database, options.repeat, options.seconds)
        common = (server, account, project, database, count, options.repeat, options.seconds)
        yield from pages.deep_pages(*common, state="nothing deleted")
        first = call(server, account, "GET", f"/api/tasks/?project={project}&page_size=1")["tasks"][0]["id"]
        call(server, account, "DELETE", f"/api/tasks/{first}/")
        yield from pages.deep_pages(*common, state="one task deleted")
    if "labelling" in wanted:
        with platform_server() as fresh:
            yield from labelling.labelling(
                dataclasses.replace(place, server=fresh), project, count, options.repeat, options.seconds
            )


if __name__ == "__main__":
    main()
