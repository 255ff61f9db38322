"""Every test that the page of attacks or the threat model names is there, and every attack has one or says why not."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "security-tests.md"
NAMED = re.compile(r"`((?:tests|plugins)/[\w/]+\.py)::(test_\w+)`")
WITHOUT = {"CVE-2025-5173"}  # the row says why


def names_in(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", [PAGE, ROOT / "THREAT_MODEL.md"], ids=lambda path: path.name)
def test_named_tests_exist(page):
    named = NAMED.findall(page.read_text(encoding="utf-8"))
    missing = [f"{path}::{name}" for path, name in named if not (ROOT / path).exists()]
    missing += [f"{path}::{name}" for path, name in named if name not in names_in(ROOT / path)]

    assert len(named) > 30
    assert missing == []


def test_every_attack_names_a_test():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    attacks = [row for row in rows if not row.startswith(("| ---", "| attack", "| advisory"))]
    silent = [row for row in attacks if not NAMED.search(row) and not any(name in row for name in WITHOUT)]

    assert len(attacks) > 50
    assert silent == []
