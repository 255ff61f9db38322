"""The page about label configs names every control and the keys that its values need."""

import re
from pathlib import Path

from platform_core.projects.label_config import CORE_TAGS, TagKind

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "label-configs.md"


def rows():
    table = PAGE.read_text(encoding="utf-8").partition("## Values of results")[2].partition("\n## ")[0]
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] not in ("control", "---"):
            for tag in cells[0].split(", "):
                yield tag, cells[1]


def test_page_names_every_tag_that_makes_results():
    makers = {spec.name for spec in CORE_TAGS.values() if spec.result_type and spec.makes_results}
    assert {tag for tag, _keys in rows()} == makers


def test_page_names_the_keys_that_values_need():
    for tag, keys in rows():
        spec = CORE_TAGS[tag]
        needed = set(spec.value_schema.get("required", ())) - {spec.label_key}
        assert needed <= set(re.findall(r"`(\w+)`", keys)), tag
        if spec.kind is TagKind.CONTROL and spec.label_key and spec.geometry:
            assert "labels" in keys, tag
