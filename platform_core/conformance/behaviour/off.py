"""Rules TP701 to TP703: where the plugin is off it is absent."""

from platform_core.conformance.behaviour import absence
from platform_core.conformance.behaviour.lifecycle import tables_of
from platform_core.conformance.behaviour.stage import Stage, forget


def absent_where_off(stage: Stage) -> None:
    """Ask the third organization what the core alone was asked, and compare."""
    forget()
    now, before = absence.seen_from(stage.off), stage.seen
    for call, said in before["answers"].items():
        given = now["answers"].get(call)
        stage.check("TP701", call[:120], given == said, f"answers {_differing(said, given)}")
    stage.check("TP701", "routes", now["described"] == before["described"], "routes of the core differ")
    for name in sorted(set(now["tables"]) ^ set(before["tables"])):
        stage.find("TP703", name, "stands in the schema of an organization without the plugin, or is missing there")
    for name in sorted(set(now["public"]) - set(before["public"])):
        stage.find("TP703", name, "stands in the public schema")
    left = sorted(tables_of(stage, stage.off))
    stage.check("TP703", "tables", not left, f"{', '.join(left)} stand where the plugin is off")
    _routes(stage)


def _routes(stage: Stage) -> None:
    world = stage.off
    if not stage.operations:
        stage.skip("TP702", "the plugin has no routes")
    for operation in stage.operations:
        path = operation.path(**{name: _any(operation.template, name) for name in operation.parameters})
        for client in (world.client(world.owner), world.client()):
            status = getattr(client, operation.method.lower())(path, {}, format="json").status_code
            stage.check("TP702", str(operation), status == 404, f"answers {status} where the plugin is off")


def _any(template: str, name: str) -> object:
    if f"<uuid:{name}>" in template:
        return "00000000-0000-4000-8000-000000000000"
    return 1 if f"<int:{name}>" in template else "a"


def _differing(said: list[object], given: list[object] | None) -> str:
    """Return how two answers differ, briefly."""
    if given is None:
        return "nothing"
    if said[0] != given[0]:
        return f"{given[0]} instead of {said[0]}"
    before, after = str(said[1:]), str(given[1:])
    at = next((index for index, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    return f"{after[max(0, at - 40) : at + 80]!r} instead of {before[max(0, at - 40) : at + 80]!r}"
