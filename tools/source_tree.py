"""The repository's files as the house rules see them: what is committed, without asking git, which a clone may lack."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SKIPPED = frozenset(["__pycache__", "build", "dist", "htmlcov", "node_modules", "results"])
HIDDEN_BUT_OURS = frozenset([".ci", ".importlinter", ".gitignore", ".dockerignore", ".github"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A place that breaks a rule."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A text file of the repository.

    Attributes:
        path: relative to the root, with slashes.
    """

    path: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """Its lines without their ends."""
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree; only for Python that compiles."""
        return ast.parse(self.text)

    @property
    def is_test(self) -> bool:
        """Whether it is code that only tests run."""
        return "tests" in Path(self.path).parts

    @property
    def is_broken(self) -> bool:
        """Whether it is a fixture that is wrong on purpose."""
        return "broken_plugins" in Path(self.path).parts

    def finding(self, line: int, text: str) -> Finding:
        """Return a finding in this file."""
        return Finding(path=self.path, line=line, text=text)


def sources(root: Path) -> Iterator[Source]:
    """Yield the text files below the root, in order of paths."""
    for path in sorted(_files(root)):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        yield Source(path=path.relative_to(root).as_posix(), text=text)


def python_sources(root: Path) -> list[Source]:
    """Return the Python files that must hold the rules."""
    return [source for source in sources(root) if source.path.endswith(".py") and not source.is_broken]


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        hidden = path.name.startswith(".") and path.name not in HIDDEN_BUT_OURS
        if hidden or path.name in SKIPPED or path.name.endswith(".egg-info") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path
