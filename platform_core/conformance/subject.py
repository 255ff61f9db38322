"""The distribution under proof, read from its folder without importing anything of it. Free of Django."""

import ast
import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform_core.conformance.errors import ProveError
from platform_core.plugins.discovery import ENTRY_POINT_GROUP
from platform_core.plugins.errors import ManifestError
from platform_core.plugins.manifest import MANIFEST_NAME, Manifest, load_manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file of the plugin's package.

    Attributes:
        path: relative to the distribution.
        module: dotted name.
        tree: None when the file cannot be parsed; `problem` says why.
        problem: None when it was parsed.
    """

    path: str
    module: str
    tree: ast.Module | None
    problem: str | None = None

    @property
    def is_migration(self) -> bool:
        """Whether this is a migration."""
        return "migrations" in self.module.split(".")[1:-1]

    def place(self, node: ast.AST) -> str:
        """Return `path:line` of a node."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One plugin's distribution.

    Attributes:
        root: its folder, with the `pyproject.toml`.
        project: the table `project` of it.
        entry_point: `package.module:attribute`.
        name: of the entry point.
        package: the top-level package.
        package_dir: its folder.
    """

    root: Path
    project: dict[str, Any]
    entry_point: str
    name: str
    package: str
    package_dir: Path

    @functools.cached_property
    def manifest(self) -> Manifest | None:
        """Return the manifest, or None when it is wrong."""
        return self._manifest[0]

    @functools.cached_property
    def manifest_problem(self) -> str | None:
        """Return what is wrong with the manifest, or None."""
        return self._manifest[1]

    @functools.cached_property
    def _manifest(self) -> tuple[Manifest | None, str | None]:
        try:
            return load_manifest(self.package_dir / MANIFEST_NAME), None
        except ManifestError as error:
            return None, str(error).replace(f"{self.package_dir}/", "")

    @property
    def slug(self) -> str:
        """Return the slug: the manifest's, else the entry point's name."""
        return self.manifest.slug if self.manifest is not None else self.name

    @functools.cached_property
    def sources(self) -> tuple[Source, ...]:
        """Return every Python file of the package, sorted by path."""
        return tuple(self._sources())

    def _sources(self) -> Iterator[Source]:
        for path in sorted(self.package_dir.rglob("*.py")):
            shown = path.relative_to(self.root).as_posix()
            parts = path.relative_to(self.package_dir).with_suffix("").parts
            module = ".".join((self.package, *(part for part in parts if part != "__init__")))
            if parts[-1] == "__init__":
                module += ".__init__"
            try:
                tree = ast.parse(path.read_text(encoding="utf-8"))
            except (SyntaxError, ValueError, OSError) as error:
                yield Source(path=shown, module=module, tree=None, problem=str(error))
            else:
                yield Source(path=shown, module=module, tree=tree)

    @property
    def trees(self) -> Iterator[tuple[Source, ast.Module]]:
        """Yield every file that could be parsed, with its tree."""
        return ((source, source.tree) for source in self.sources if source.tree is not None)


def read_subject(path: Path) -> Subject:
    """Read the distribution in a folder.

    Raises:
        ProveError: there is no distribution with exactly one plugin of the group `tenon.plugins`.
    """
    root = path.absolute()
    file = root / "pyproject.toml"
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    except FileNotFoundError as error:
        raise ProveError(f"{root} holds no pyproject.toml; name the folder of a plugin's distribution") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ProveError(f"{file} cannot be read as TOML with a table [project] ({error})") from error
    points = project.get("entry-points", {}).get(ENTRY_POINT_GROUP, {})
    if not isinstance(points, dict) or len(points) != 1:
        raise ProveError(
            f'{file}: [project.entry-points."{ENTRY_POINT_GROUP}"] must name one plugin, not {len(points)}'
        )
    ((name, entry_point),) = points.items()
    package = str(entry_point).partition(":")[0].partition(".")[0].strip()
    for folder in (root / package, root / "src" / package):
        if folder.is_dir():
            return Subject(
                root=root,
                project=project,
                entry_point=str(entry_point),
                name=name,
                package=package,
                package_dir=folder,
            )
    raise ProveError(f"{root} has no package {package!r}, which the entry point {entry_point!r} names")
