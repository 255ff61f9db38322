"""What plugins cost: a hook call, the document of an organization, the start with many of them, a whole fleet."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.figures import Figure, at_least, at_most, interleaved, medians
from bench.installation import ROOT, Account
from bench.machine import Meter
from bench.plugins import without_data

CALLS = 20_000
PLUGINS = 30
PARTS = ("models", "endpoints", "settings")
SLUG = "aviation"
_START = (
    "import django; django.setup(); from platform_core.plugins.loader import get_registry as g; print(len(g().plugins))"
)


def platform(account: Account, database: int, repeat: int, organizations: int) -> list[Figure]:
    """Measure all of it in this process and in children of it."""
    return [
        _hook_call(database, repeat),
        *_document(account, database, repeat),
        _start(repeat),
        _fleet(database, organizations),
    ]


def _hook_call(database: int, repeat: int) -> Figure:
    """Measure a call without a savepoint: bound, watched, counted and checked, against calling the function."""
    from platform_core.plugins.hookspecs import HOOKS
    from platform_core.plugins.implementations import Implementation
    from platform_core.plugins.invocation import Invoker

    def nothing(context: Any) -> list[Any]:
        return []

    implementation = Implementation(spec=HOOKS["validate_label_config"], function=nothing, arguments=("context",))
    invoker, arguments = Invoker(), {"context": None}

    def through() -> dict[str, float]:
        return _each(database, lambda: invoker.invoke("bench", implementation, arguments))

    def bare() -> dict[str, float]:
        return _each(database, lambda: implementation.function(None))

    ours, direct = map(medians, interleaved(repeat, through, bare))
    return Figure(
        name="A hook call without a savepoint, beyond calling the function",
        measured=f"{ours['us']:.2f} us",
        limit=f"{direct['us']:.2f} us",
        foreign=ours["foreign"],
        details={"ours": ours, "direct": direct},
        **at_most(ours["us"] - direct["us"], 10, " us"),
    )


def _each(database: int, call: Callable[[], object]) -> dict[str, float]:
    with Meter(database=[database]) as meter:
        began = time.thread_time_ns()
        for _ in range(CALLS):
            call()
        spent = time.thread_time_ns() - began
    return {"us": spent / CALLS / 1e3, "foreign": meter.foreign}


def _document(account: Account, database: int, repeat: int) -> list[Figure]:
    """Measure the OpenAPI document: built anew with every bundled plugin, and served from memory."""
    from django.test import Client

    from platform_core.api import openapi
    from platform_core.plugins.loader import get_registry

    slugs = frozenset(get_registry().plugins)
    client = Client(HTTP_HOST=account.host)

    def built() -> dict[str, float]:
        openapi._document.cache_clear()  # noqa: SLF001  (what a process does once)
        with Meter(database=[database]) as meter:
            openapi.document_for("platform_core.urls.tenant", slugs)
        return {"wall": meter.wall, "foreign": meter.foreign}

    def served() -> dict[str, float]:
        with Meter(database=[database]) as meter:
            began = time.thread_time_ns()
            answer = client.get("/api/schema/")
            spent = time.thread_time_ns() - began
        assert answer.status_code == 200
        return {"ms": spent / 1e6, "foreign": meter.foreign}

    built(), served()
    cold, warm = medians([built() for _ in range(repeat)]), medians([served() for _ in range(repeat * 4)])
    return [
        Figure(
            name=f"OpenAPI of an organization with all {len(slugs)} plugins, built (s)",
            measured=f"{cold['wall']:.2f} s",
            limit="",
            foreign=cold["foreign"],
            **at_most(cold["wall"], 1, " s"),
        ),
        Figure(
            name="The same from memory, the whole request, ms CPU",
            measured=f"{warm['ms']:.2f} ms",
            limit="",
            foreign=warm["foreign"],
            **at_most(warm["ms"], 5, " ms"),
        ),
    ]


def _start(repeat: int) -> Figure:
    """Measure how long a process takes to be ready with many more plugins; both read a lock that was made before."""
    with tempfile.TemporaryDirectory(prefix="tenon-bench-") as name:
        root = Path(name)
        many, none = _installed(root / "many", PLUGINS), _installed(root / "none", 0)

        ours, bare = map(medians, interleaved(repeat, lambda: _started(many), lambda: _started(none)))
    assert ours["plugins"] - bare["plugins"] == PLUGINS
    return Figure(
        name=f"Start with {PLUGINS} more plugins than the bundled ones, beyond one without them (s)",
        measured=f"{ours['wall']:.2f} s",
        limit=f"{bare['wall']:.2f} s",
        details={"ours": ours, "bare": bare},
        **at_most(ours["wall"] - bare["wall"], 1, " s"),
    )


def _installed(root: Path, count: int) -> dict[str, str]:
    """Write plugins as an editable installation would leave them, accept them, and return a child's environment."""
    from platform_core.plugins.scaffold import write_plugin

    site = root / "site"
    site.mkdir(parents=True)
    folders = [write_plugin(f"bench_{number}", output=root, parts=PARTS) for number in range(count)]
    for number in range(count):
        info = site / f"tenon_bench_{number}-0.1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tenon-bench-{number}\nVersion: 0.1.0\n")
        (info / "entry_points.txt").write_text(
            f"[tenon.plugins]\nbench_{number} = tenon_bench_{number}.plugin:plugin\n"
        )
        (info / "direct_url.json").write_text(json.dumps({"url": "file:///src", "dir_info": {"editable": True}}))
    search = [str(ROOT), str(site), *map(str, folders)]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(search),
        "TENON_DATA_DIR": str(root / "data"),
        "DJANGO_SETTINGS_MODULE": "platform_core.settings.production",
    }
    subprocess.run(
        [sys.executable, "-m", "platform_core.cli", "plugins", "lock"], env=environment, check=True, capture_output=True
    )
    return environment


def _started(environment: dict[str, str]) -> dict[str, float]:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _START], env=environment, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - began
    return {"wall": wall, "plugins": int(done.stdout)}


def _fleet(database: int, count: int) -> Figure:
    """Measure enabling one plugin in many organizations, against Django's own `migrate` of its app in a few schemas."""
    from django.core.management import call_command
    from django.core.management.commands.migrate import Command as StockMigrate

    from platform_core.accounts.models import User
    from platform_core.members.services.organizations import create_organization_for
    from platform_core.plugins.services.activation import enable_plugin
    from tenants.routers import migration_scope
    from tenants.scope import OrganizationRef, public_scope, tenant_scope

    with public_scope():
        owner = User.objects.create_user("platform@bench.example", secrets.token_urlsafe(16))

    def organization() -> OrganizationRef:
        return create_organization_for(slug=f"many-{secrets.token_hex(6)}", name="Many", owner=owner)

    def migrated() -> dict[str, float]:
        with tenant_scope(organization()), Meter(database=[database]) as meter, migration_scope(frozenset({SLUG})):
            call_command(StockMigrate(), SLUG, verbosity=0, interactive=False)
        return {"wall": meter.wall}

    made = [organization() for _ in range(count)]
    with without_data(), Meter(database=[database]) as meter:
        for reference in made:
            with tenant_scope(reference):
                enable_plugin(slug=SLUG, plan_hash=None, actor=None)
    stock = medians([migrated() for _ in range(5)])
    ours = meter.wall / count
    return Figure(
        name=f"Enabling {SLUG} in {count} organizations, faster than stock migration, a schema",
        measured=f"{ours * 1e3:.0f} ms",
        limit=f"{stock['wall'] * 1e3:.0f} ms",
        foreign=meter.foreign,
        **at_least(stock["wall"] / ours, 20, " x"),
    )
