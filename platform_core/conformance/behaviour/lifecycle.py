"""Rules TP501 to TP503: enabling, disabling, enabling again, purging, enabling once more."""

from django.db import connection

from platform_core.conformance.behaviour.stage import Stage, rows_of
from platform_core.conformance.behaviour.world import World
from platform_core.plugins.models import Activation
from tenants.scope import tenant_scope


def enabled_everywhere(stage: Stage) -> bool:
    """Enable the plugin, after what it depends on, in both organizations; say whether that worked."""
    for world in (stage.other, stage.called):
        for slug in (*stage.depends, stage.plugin.slug):
            answer = stage.enable(world, slug)
            where = f"enable {slug} in {world.organization.slug}"
            message = f"is answered by {answer.status_code}: {answer.content.decode(errors='replace')[:300]}"
            if not stage.check("TP501", where, answer.status_code == 200 and _is_enabled(world, slug), message):
                return False
    tables = tables_of(stage, stage.called)
    missing = sorted(set(stage.plugin.tables) - tables)
    return stage.check("TP501", "tables", not missing, f"{', '.join(missing)} were not made")


def _is_enabled(world: World, slug: str) -> bool:
    with tenant_scope(world.organization):
        return Activation.objects.filter(slug=slug, state="enabled").exists()


def tables_of(stage: Stage, world: World) -> set[str]:
    """Return the tables of an organization that are the plugin's by name."""
    slug = stage.plugin.slug
    with tenant_scope(world.organization), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        names = {str(row[0]) for row in cursor.fetchall()}
    return {name for name in names if name in stage.plugin.tables or name == slug or name.startswith(f"{slug}_")}


def disabled_and_back(stage: Stage) -> None:
    """TP502: disable, look for every row, enable again, and look for rows that are new."""
    world, slug = stage.called, stage.plugin.slug
    stage.settle(world)
    own = frozenset(stage.plugin.tables)
    before = _counts(world, own)
    answer = stage.act(world, "disable", slug)
    if not stage.check("TP502", "disable", answer.status_code == 200, f"is answered by {_said(answer)}"):
        return
    _compare(stage, before, _counts(world, own), "disabling")
    hidden = stage.operations[0] if stage.operations else None
    if hidden is not None:
        status = stage.call(hidden, world, world.owner).status_code
        stage.check("TP502", str(hidden), status == 404, f"answers {status} although the plugin is disabled")
    answer = stage.enable(world)
    if stage.check("TP502", "enable again", answer.status_code == 200, f"is answered by {_said(answer)}"):
        _compare(stage, before, _counts(world, own), "enabling again")


def _counts(world: World, own: frozenset[str]) -> dict[str, int]:
    return {name: int(text.split()[0]) for name, text in rows_of(world.organization, only=own).items()}


def _compare(stage: Stage, before: dict[str, int], after: dict[str, int], act: str) -> None:
    for table, count in before.items():
        now = after.get(table)
        message = f"had {count} rows before {act} and has {now if now is not None else 'no table'} after it"
        stage.check("TP502", table, now == count, message)


def purged_and_back(stage: Stage) -> None:
    """TP503: purge, look for what is left, enable once more."""
    world, slug = stage.called, stage.plugin.slug
    others = set(rows_of(world.organization)) - tables_of(stage, world)
    if stage.act(world, "disable", slug).status_code != 200:
        return
    answer = stage.act(world, "purge", slug, {"confirm": slug, "force": True})
    if not stage.check("TP503", "purge", answer.status_code == 200, f"is answered by {_said(answer)}"):
        return
    left = sorted(tables_of(stage, world))
    stage.check("TP503", "purge", not left, f"leaves the tables {', '.join(left)}")
    with tenant_scope(world.organization), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations WHERE app = %s", [stage.plugin.label or slug])
        stage.check("TP503", "purge", cursor.fetchone()[0] == 0, "leaves rows of migrations")
    lost = sorted(others - set(rows_of(world.organization)))
    stage.check("TP503", "purge", not lost, f"takes {', '.join(lost)} along, which are not the plugin's")
    answer = stage.enable(world)
    stage.check("TP503", "enable after the purge", answer.status_code == 200, f"is answered by {_said(answer)}")


def _said(answer: object) -> str:
    status, content = getattr(answer, "status_code", None), getattr(answer, "content", b"")
    return f"{status}: {content.decode(errors='replace')[:300]}"
