"""The documentation site: `python -m tools.site FOLDER`, or `make docs`. A link that leads nowhere fails the build.

The pages are the repository's own Markdown, in the same folders, so that links mean the same in both places. Added are
a contents page and the REST reference, which is made from the OpenAPI document of the core with every bundled plugin.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
ROOT_PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "THREAT_MODEL.md", "CHANGELOG.md")
FILES = ("LICENSE", "NOTICE")
# Heading to the pages below it, by pattern.
CONTENTS = (
    ("Begin", ("README.md", "docs/index.md")),
    ("Tutorials", ("docs/tutorials/*.md",)),
    ("How to", ("docs/how-to/*.md",)),
    ("Reference", ("docs/reference/*.md", "docs/*.md")),
    ("REST reference", ("docs/reference/rest/*.md",)),
    ("Hooks", ("docs/reference/hooks/*.md",)),
    ("Rules of the conformance kit", ("docs/reference/rules/*.md",)),
    ("Explanation", ("docs/explanation/*.md", "docs/adr/*.md")),
    ("Plugins and examples", ("plugins/*/README.md", "examples/*/README.md")),
    ("Project", ROOT_PAGES),
)
CONFIGURATION = """\
project = "Tenon"
extensions = ["myst_parser"]
myst_heading_anchors = 4
html_theme = "alabaster"
html_theme_options = {"page_width": "1100px", "fixed_sidebar": True}
html_copy_source = False
html_show_sphinx = False
# A block of shell or JSON that is cut short by dots is no error of the page.
suppress_warnings = ["misc.highlighting_failure"]
"""


def write_sources(folder: Path) -> list[str]:
    """Write what the generator reads; returns the pages by their path below the folder, without the contents page."""
    patterns = ("docs/**/*.md", "plugins/*/README.md", "examples/*/README.md", *ROOT_PAGES)
    pages = {path.relative_to(REPOSITORY) for pattern in patterns for path in REPOSITORY.glob(pattern)}
    for relative in [*sorted(pages), *map(Path, FILES)]:
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / relative, target)
    rest = folder / "docs" / "reference" / "rest"
    rest.mkdir(parents=True, exist_ok=True)
    for name, text in rest_pages().items():
        (rest / name).write_text(text, encoding="utf-8")
    (folder / "conf.py").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "index.md").write_text(_contents(folder), encoding="utf-8")
    written = {str(path.relative_to(folder)) for path in folder.rglob("*.md")}
    return sorted(written - {"index.md"})


def _contents(folder: Path) -> str:
    seen: set[Path] = set()
    parts = ["# Tenon\n"]
    for title, patterns in CONTENTS:
        found = [path for pattern in patterns for path in sorted(folder.glob(pattern)) if path not in seen]
        seen.update(found)
        if found:
            lines = [str(path.relative_to(folder).with_suffix("")) for path in found]
            parts.append("\n".join(["```{toctree}", ":maxdepth: 1", f":caption: {title}", "", *lines, "```\n"]))
    return "\n".join(parts)


def rest_pages() -> dict[str, str]:
    """Return file name to text: a page for each group of operations. Django is ready."""
    # Inline: needs Django's settings, which `main` makes ready.
    from platform_core.api.openapi import document_for
    from platform_core.plugins.loader import get_registry

    document: dict[str, Any] = json.loads(
        document_for("platform_core.urls.tenant", frozenset(get_registry().plugins)).content
    )
    groups: dict[str, list[str]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            if isinstance(described, dict) and "responses" in described:
                tag = (described.get("tags") or ["Other"])[0]
                groups[tag].append(_operation(method, path, described))
    return {f"{_name(tag)}.md": f"# {tag}\n\n" + "\n".join(items) for tag, items in sorted(groups.items())}


def _name(tag: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in tag.lower())


def _operation(method: str, path: str, described: dict[str, Any]) -> str:
    title = described.get("summary") or described.get("operationId", "")
    parts = [f"## {title}\n", f"`{method.upper()} {path}`\n"]
    said = described.get("description", "")
    if said and said != title:
        parts.append(f"{said}\n")
    rows = [
        f"| `{item['name']}` | {item['in']} | {'yes' if item.get('required') else ''} "
        f"| {_one_line(item.get('description', ''))} |"
        for item in described.get("parameters", ())
    ]
    if rows:
        parts.append("\n".join(["| parameter | in | needed | what |", "| --- | --- | --- | --- |", *rows, ""]))
    answers = ", ".join(f"`{status}`" for status in described["responses"])
    parts.append(f"Answers {answers}.\n")
    return "\n".join(parts)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(output: Path) -> int:
    """Build the site; returns the generator's exit code."""
    # Inline: see above.
    import django

    django.setup()
    with tempfile.TemporaryDirectory() as name:
        sources = Path(name)
        write_sources(sources)
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(sources), str(output)]
        code = subprocess.run(command, check=False).returncode
    sys.stdout.write(f"{output / 'index.html'}\n" if code == 0 else "A link leads nowhere, or a page is malformed.\n")
    return code


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_core.settings.test")
    sys.exit(main(Path(sys.argv[1]).absolute()))
