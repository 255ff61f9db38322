"""V-TREE: every code exists, is active, is spelled as the pack does, and lies below the one before it."""

from collections import Counter
from collections.abc import Iterator

from tenon_aviation.rules.resolved import Pick, ResolvedCoding
from tenon_aviation.rules.types import Finding, Severity
from tenon_aviation.taxonomy.types import Node

RULE = "V-TREE"


def check_tree(resolved: ResolvedCoding) -> Iterator[Finding]:
    """Unknown, inactive or misplaced codes are errors; other spellings and repetitions are warnings."""
    for control, ref in resolved.missing.items():
        yield Finding(
            rule=RULE,
            code="pack_missing",
            severity=Severity.ERROR,
            control=control,
            message=f"'{control}' is bound to {ref}, which is not installed in this organization.",
            values=(str(ref),),
        )
    for pick in resolved.picks:
        yield from _check_steps(pick)
    yield from _repetitions(resolved)


def _check_steps(pick: Pick) -> Iterator[Finding]:
    parent: Node | None = None
    for depth, (written, step) in enumerate(zip(pick.selection.path, pick.steps, strict=True)):
        if step is None:
            yield _finding(pick, "unknown_code", f"{_quoted(written)} is not a code of {pick.pack.ref}.", written)
            return
        node = step.node
        if not step.exact:
            text = f"Write '{node.code}' ({node.label}) instead of {_quoted(written)}."
            yield _finding(pick, "other_spelling", text, node.code, severity=Severity.WARNING)
        # A single code stands for its whole path, so what lies above it must be in use as well.
        for item in (node,) if pick.selection.is_path else pick.pack.path(node):
            if not item.active:
                text = f"'{item.code}' ({item.label}) is no longer active in {pick.pack.ref}."
                yield _finding(pick, "inactive_code", text, item.code)
        if (depth or pick.selection.is_path) and node.parent != (parent.code if parent else None):
            yield _misplaced(pick, node, parent)
            return
        parent = node


def _misplaced(pick: Pick, node: Node, parent: Node | None) -> Finding:
    proper = " > ".join(step.code for step in pick.pack.path(node))
    place = f"is not below '{parent.code}'" if parent else "is not at the top"
    values = (parent.code, node.code) if parent else (node.code,)
    return _finding(pick, "wrong_parent", f"'{node.code}' {place} of {pick.pack.ref}; its path is {proper}.", *values)


def _repetitions(resolved: ResolvedCoding) -> Iterator[Finding]:
    counts = Counter((pick.selection.control, pick.node.code) for pick in resolved.picks if pick.node is not None)
    for (control, code), count in counts.items():
        if count > 1:
            yield Finding(
                rule=RULE,
                code="repeated_code",
                severity=Severity.WARNING,
                control=control,
                message=f"'{code}' is coded {count} times in '{control}'; once is enough.",
                values=(code,),
            )


def _quoted(written: str) -> str:
    """Hostile values may be long: a message shows the beginning only."""
    return f"'{written}'" if len(written) <= 64 else f"'{written[:64]}...'"


def _finding(pick: Pick, code: str, message: str, *values: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(
        rule=RULE,
        code=code,
        severity=severity,
        message=message,
        control=pick.selection.control,
        region=pick.selection.region,
        values=values,
    )
