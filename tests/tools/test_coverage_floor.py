import json

import pytest

from tools.coverage_floor import main, measure, read_floor


def _facts(lines, missing_lines, branches=0, missing_branches=()):
    return {
        "summary": {
            "num_statements": lines,
            "covered_lines": lines - len(missing_lines),
            "num_branches": branches,
            "covered_branches": branches - len(missing_branches),
        },
        "missing_lines": missing_lines,
        "missing_branches": missing_branches,
    }


REPORT = {
    "files": {
        "tenants/a.py": _facts(8, [3, 4], branches=2, missing_branches=[[3, 5], [7, -1]]),
        "tenants/b.py": _facts(10, []),
        "tenants_more/c.py": _facts(10, [1]),
        "platform_core/members/permissions.py": _facts(4, []),
    }
}


def test_measure_counts_lines_and_branches_of_the_group_alone():
    reached = measure(REPORT, ("tenants",))

    assert (reached.files, reached.per_cent) == (2, 80.0)
    assert reached.missing == {"tenants/a.py": ("3", "4", "7->-1")}
    assert measure(REPORT, ("tenants/b.py", "platform_core")).files == 2


@pytest.mark.parametrize(
    ("floors", "code"),
    [
        (["tenants=80"], 0),
        (["tenants=80.1"], 1),
        (["tenants/b.py,platform_core=100", "tenants=90"], 1),
        (["gone=0"], 1),
    ],
)
def test_main_fails_below_a_floor_or_without_files(tmp_path, capsys, floors, code):
    (tmp_path / "coverage.json").write_text(json.dumps(REPORT), encoding="utf-8")

    assert main([str(tmp_path / "coverage.json"), *floors]) == code
    told = capsys.readouterr().out
    assert ("tenants/a.py: 3, 4, 7->-1" in told or "no file" in told) is bool(code)


def test_read_floor_refuses_a_place_without_a_figure():
    assert read_floor("a,b/c.py=99.5").places == ("a", "b/c.py")
    with pytest.raises(ValueError, match="not of the form"):
        read_floor("tenants")
