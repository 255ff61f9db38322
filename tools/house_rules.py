"""House rules that no linter knows: length and names of modules, reasons of inline imports, words of one machine.

`python -m tools.house_rules [ROOT]` prints what breaks a rule and fails.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.source_tree import Finding, Source, python_sources, sources

MAX_LINES = 500
MAX_TEST_LINES = 600
VAGUE_NAMES = re.compile(r"(?:^|_)(?:utils?|helpers?|misc|common|managers?)$")
# Django gives a module of this name its meaning: the query sets of the models.
NAMED_BY_DJANGO = frozenset(["managers"])
# The field's name of the thing, which the SDK and its documents use.
NAMED_BY_THE_FIELD = frozenset(["data_manager", "tenon_data_manager"])
MACHINE_WORDS = {
    "a path of one machine": re.compile(r"(?<![\w.}\])-])/(?:work|workspace|Users|home)/[\w.]"),
    "a package registry": re.compile(
        r"https?://[\w.-]*(?:pypi|artifactory|nexus|devpi|registry|mirror)[\w.-]*(?::\d+)?(?:/|\b)|"
        r"(?:--|PIP_|UV_)(?:extra[-_])?index[-_]url|(?:--|PIP_)trusted[-_]host",
        re.IGNORECASE,
    ),
}


def too_long(source: Source) -> Iterator[Finding]:
    """Find a module that has grown beyond what one sitting can read."""
    limit = MAX_TEST_LINES if source.is_test else MAX_LINES
    if len(source.lines) > limit:
        yield source.finding(limit, f"{len(source.lines)} lines, at most {limit}: split the module")


def vague_name(source: Source) -> Iterator[Finding]:
    """Find a module or package whose name says nothing, so that anything may end there."""
    path = Path(source.path)
    for name in (*path.parts[:-1], path.stem):
        if VAGUE_NAMES.search(name) and name not in NAMED_BY_DJANGO | NAMED_BY_THE_FIELD:
            yield source.finding(1, f'the name "{name}" says nothing: name what is inside')


def unexplained_inline_import(source: Source) -> Iterator[Finding]:
    """Find an import inside a function without a comment beside it, or above it, that says why."""
    explained = 0
    for node in _inline_imports(source.tree):
        above, here = source.lines[node.lineno - 2].strip(), source.lines[(node.end_lineno or node.lineno) - 1]
        if above.startswith("#") or "#" in here or _follows(source, explained, node.lineno):
            explained = node.end_lineno or node.lineno
        else:
            yield source.finding(node.lineno, "an inline import needs a comment that says why it is not on top")


def _follows(source: Source, explained: int, line: int) -> bool:
    """Say whether only empty lines lie between an explained import and this one."""
    return explained > 0 and not any(text.strip() for text in source.lines[explained : line - 1])


def _inline_imports(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = {
        node.lineno: node
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    return [found[line] for line in sorted(found)]


def fragile_callback(source: Source) -> Iterator[Finding]:
    """Find what may fail after a commit: the client would be told that nothing happened, and say it again."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "on_commit":
            values = [word.value for word in node.keywords if word.arg == "robust"]
            if not any(isinstance(value, ast.Constant) and value.value is True for value in values):
                yield source.finding(node.lineno, "on_commit needs robust=True: no error may follow a commit")


def machine_words(source: Source) -> Iterator[Finding]:
    """Find what belongs to the machine where a file was written and not to the repository."""
    for number, line in enumerate(source.lines, start=1):
        for what, pattern in MACHINE_WORDS.items():
            if pattern.search(line):
                yield source.finding(number, f"names {what}")


def findings(root: Path) -> list[Finding]:
    """Return everything below the root that breaks a rule."""
    found: list[Finding] = []
    for source in python_sources(root):
        found += [*too_long(source), *vague_name(source)]
        if not source.is_test and source.path.split("/")[0] not in ("bench", "tools"):
            found += [*unexplained_inline_import(source), *fragile_callback(source)]
    for source in sources(root):
        found += machine_words(source)
    return found


def report(found: Iterable[Finding]) -> int:
    """Print findings; returns the exit code."""
    lines = [str(one) for one in found]
    if lines:
        print("\n".join(lines), file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(report(findings(Path(sys.argv[1] if len(sys.argv) > 1 else "."))))
