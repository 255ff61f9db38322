"""Enabling a plugin from the second time on against the bare SQL of its tables."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from bench.figures import Figure, at_most, interleaved, medians
from bench.machine import Meter

SLUG = "aviation"


def enabling(database: int, url: str, repeat: int) -> list[Figure]:
    """Measure enabling in organizations that never had the plugin; the data it loads for itself are left aside."""
    from platform_core.accounts.models import User
    from platform_core.members.services.organizations import create_organization_for
    from platform_core.plugins.services.activation import enable_plugin
    from platform_core.plugins.services.installed import labels_of_plugin, loaded_plugin
    from tenants.scope import OrganizationRef, public_scope, tenant_scope
    from tenants.scripts import find_script, plugin_key

    with public_scope():
        owner = User.objects.create_user("plugins@bench.example", secrets.token_urlsafe(16))

    def organization() -> OrganizationRef:
        return create_organization_for(slug=f"plug-{secrets.token_hex(6)}", name="Plugins", owner=owner)

    def enabled() -> dict[str, float]:
        with tenant_scope(organization()), without_data(), Meter(database=[database]) as meter:
            enable_plugin(slug=SLUG, plan_hash=None, actor=None)
        return _numbers(meter)

    def replayed() -> dict[str, float]:
        schema = organization().schema
        with Meter(database=[database]) as meter, connection.transaction():
            connection.execute(f"SET LOCAL search_path = {schema};\n{script.script}")
        return _numbers(meter)

    enabled()
    script = find_script(plugin_key(SLUG, labels_of_plugin(loaded_plugin(SLUG))))
    assert script is not None, "the first enabling keeps the script"
    with psycopg.connect(url) as connection:
        ours, bare = map(medians, interleaved(repeat, enabled, replayed))
    return [
        Figure(
            name=f"Enabling {SLUG} from the second time on, of its bare SQL",
            measured=f"{ours['wall'] * 1e3:.0f} ms",
            limit=f"{bare['wall'] * 1e3:.0f} ms",
            foreign=ours["foreign"],
            details={"ours": ours, "bare": bare},
            **at_most(ours["wall"] / bare["wall"], 2, " x"),
        )
    ]


def _numbers(meter: Meter) -> dict[str, float]:
    return {"wall": meter.wall, "own_cpu": meter.own, "database_cpu": meter.database, "foreign": meter.foreign}


@contextmanager
def without_data() -> Iterator[None]:
    """Leave out the hook in which the plugin loads its own data."""
    from platform_core.plugins.facade import HookFacade

    hook = HookFacade.after_enable

    def skipped(self: Any, *_arguments: Any, **_options: Any) -> None:
        """Load nothing."""

    HookFacade.after_enable = skipped
    try:
        yield
    finally:
        HookFacade.after_enable = hook
