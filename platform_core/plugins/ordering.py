"""Dependency depth and cycles among plugins. Free of Django."""

from collections.abc import Mapping, Sequence


def depths(depends: Mapping[str, Sequence[str]]) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
    """Measure how deep each plugin's dependencies go.

    Args:
        depends: slug to slugs; slugs that are no key are ignored.

    Returns:
        Depth of every slug outside a cycle (0 without dependencies), and for every slug on a cycle, or depending on
        one, the cycle as a path that begins and ends with the same slug.
    """
    found: dict[str, int] = {}
    cycles: dict[str, tuple[str, ...]] = {}

    def visit(slug: str, path: tuple[str, ...]) -> None:
        if slug in found or slug in cycles:
            return
        if slug in path:
            loop = (*path[path.index(slug) :], slug)
            cycles.update(dict.fromkeys(loop, loop))
            return
        known = [other for other in sorted(depends[slug]) if other in depends]
        for other in known:
            visit(other, (*path, slug))
        loops = [cycles[other] for other in known if other in cycles]
        if slug not in cycles and loops:
            cycles[slug] = loops[0]
        elif slug not in cycles:
            found[slug] = 1 + max((found[other] for other in known), default=-1)

    for slug in sorted(depends):
        visit(slug, ())
    return found, cycles


def closure(slug: str, depends: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return all direct and indirect dependencies of a plugin that is on no cycle."""
    seen: set[str] = set()
    waiting = list(depends[slug])
    while waiting:
        other = waiting.pop()
        if other not in seen:
            seen.add(other)
            waiting.extend(depends.get(other, ()))
    return frozenset(seen)
