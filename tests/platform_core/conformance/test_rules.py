"""Each rule has its page; the examples of a static rule are tried: the bad one breaks it, the good one does not."""

import re
from pathlib import Path

import pytest

from platform_core.conformance.catalogue import RULES
from platform_core.conformance.subject import read_subject
from platform_core.conformance.types import Kind
from platform_core.plugins.hookspecs import HOOKS
from platform_core.plugins.scaffold import PARTS, write_plugin

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
STATIC = [rule for rule in RULES.values() if rule.kind is Kind.STATIC]
# What no block of code shows: a file that is missing, a schema that the manifest must name.
BY_HAND = {"TP104", "TP106"}


def page_of(rule):
    return (REFERENCE / "rules" / f"{rule.id}.md").read_text(encoding="utf-8")


def parts_of(page):
    """Return (the example under Bad, the one under Good), each as (language, text)."""
    bad, good = page.split("## Bad")[1].split("## Good")
    return tuple(BLOCK.search(part).groups() for part in (bad, good))


def apply(root, language, text):
    """Put an example into a distribution: a whole file, or keys of a TOML file."""
    first, _, rest = text.partition("\n")
    path = root / first.strip("# <!->")
    if language != "toml":
        path.write_text(rest)
        return
    kept = path.read_text()
    for line in rest.strip().splitlines():
        kept, found = re.subn(rf"^{line.partition(' ')[0]} = .*$", line, kept, count=1, flags=re.MULTILINE)
        assert found, line
    path.write_text(kept)


def test_every_rule_has_a_page_and_no_page_is_without_a_rule():
    assert {path.stem for path in (REFERENCE / "rules").glob("*.md")} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_page_says_what_the_catalogue_says(rule):
    page = page_of(rule)
    waivable = "can be waived" if rule.waivable else "cannot be waived"

    assert page.startswith(f"# {rule.id}: {rule.title}\n\nTier {rule.tier} · {rule.kind} · {waivable}\n\n")
    assert f"**Mend:** {rule.mend}\n" in page
    assert len(page.split("\n\n")[2]) > 80, "say why"
    assert all(text.strip() for _language, text in parts_of(page))


def test_every_hook_is_described():
    assert set(HOOKS) <= {path.stem for path in (REFERENCE / "hooks").glob("*.md")}


@pytest.fixture(scope="module")
def kites(tmp_path_factory):
    return write_plugin("kites", output=tmp_path_factory.mktemp("kites"), parts=PARTS)


@pytest.fixture
def copy_of_kites(kites, tmp_path):
    root = tmp_path / "kites"
    for path in kites.rglob("*"):
        if path.is_file():
            target = root / path.relative_to(kites)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return root


@pytest.mark.parametrize("rule", [rule for rule in STATIC if rule.id not in BY_HAND], ids=lambda rule: rule.id)
def test_bad_example_breaks_the_rule_and_the_good_one_does_not(rule, copy_of_kites):
    bad, good = parts_of(page_of(rule))

    assert list(rule.check(read_subject(copy_of_kites))) == []
    apply(copy_of_kites, *bad)
    found = list(rule.check(read_subject(copy_of_kites)))
    assert found
    assert all(where and message for where, message in found)
    apply(copy_of_kites, *good)
    assert list(rule.check(read_subject(copy_of_kites))) == []


def test_missing_marker_of_types_is_found(copy_of_kites):
    (copy_of_kites / "tenon_kites" / "py.typed").unlink()

    assert [where for where, _ in RULES["TP104"].check(read_subject(copy_of_kites))] == ["tenon_kites/py.typed"]


@pytest.mark.parametrize(("example", "count"), [(0, 1), (1, 0)])
def test_setting_without_a_description_is_found(copy_of_kites, example, count):
    _language, schema = parts_of(page_of(RULES["TP106"]))[example]
    (copy_of_kites / "tenon_kites" / "settings.schema.json").write_text(schema)
    manifest = copy_of_kites / "tenon_kites" / "plugin.toml"
    others = [line for line in manifest.read_text().splitlines() if not line.startswith("settings_schema")]
    manifest.write_text("\n".join(['settings_schema = "settings.schema.json"', *others]))

    assert len(list(RULES["TP106"].check(read_subject(copy_of_kites)))) == count
