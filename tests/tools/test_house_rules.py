import pytest

from tools.house_rules import (
    findings,
    fragile_callback,
    machine_words,
    report,
    too_long,
    unexplained_inline_import,
    vague_name,
)
from tools.source_tree import Finding, Source

HOST = "reg" + "istry.example.com"


def _source(text, path="platform_core/tasks/rows.py"):
    return Source(path=path, text=text)


@pytest.mark.parametrize(
    ("path", "lines", "count"),
    [
        ("platform_core/a.py", 500, 0),
        ("platform_core/a.py", 501, 1),
        ("tests/a.py", 600, 0),
        ("plugins/x/tests/test_a.py", 601, 1),
    ],
)
def test_too_long_counts_lines_and_lets_tests_have_more(path, lines, count):
    assert len(list(too_long(_source("pass\n" * lines, path)))) == count


@pytest.mark.parametrize("path", ["a/utils.py", "a/date_util.py", "helpers/a.py", "a/misc.py", "a/job_manager.py"])
def test_vague_name_is_found_in_files_and_folders(path):
    assert len(list(vague_name(_source("", path)))) == 1


@pytest.mark.parametrize("path", ["a/management/commands/x.py", "a/managers.py", "a/futility.py", "a/dates.py"])
def test_vague_name_leaves_telling_names_and_djangos_own(path):
    assert list(vague_name(_source("", path))) == []


@pytest.mark.parametrize(
    "body",
    [
        "    import os  # slow\n",
        "    # Inline: slow.\n    import os\n",
        "    # Inline: slow.\n    import os\n\n    from a import (\n        b,\n    )\n    from c import d\n",
    ],
)
def test_inline_import_with_a_reason_beside_or_above_passes(body):
    assert list(unexplained_inline_import(_source(f"def f():\n{body}"))) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("def f():\n    import os\n", [2]),
        ("def f():\n    x = 1\n    import os\n    import re\n", [3, 4]),
        ("async def f():\n    # Why.\n    import os\n    x = 1\n    import re\n", [5]),
        ("class A:\n    def f(self):\n        def g():\n            import os\n", [4]),
    ],
)
def test_inline_import_without_a_reason_is_found_once(text, lines):
    assert [one.line for one in unexplained_inline_import(_source(text))] == lines


def test_imports_on_top_need_no_reason():
    text = "import os\n\nif TYPE_CHECKING:\n    import re\n"

    assert list(unexplained_inline_import(_source(text))) == []


@pytest.mark.parametrize(
    "line",
    [
        "see " + "/wo" + "rk/main/x",
        "'" + "/ho" + "me/ada/code'",
        "open " + "/Us" + "ers/ada",
        f"https://{HOST}:8081/simple",
        "pip install --index" + "-url x",
        "PIP" + "_TRUSTED" + "_HOST=x",
    ],
)
def test_words_of_a_machine_are_found_in_any_file(line):
    assert [one.line for one in machine_words(_source(f"fine\n{line}\n", "docs/a.md"))] == [2]


@pytest.mark.parametrize(
    "line",
    [
        "api" + "/wo" + "rk/tasks",
        "https://example.com" + "/wo" + "rk/x",
        "{host}" + "/wo" + "rk/x",
        "a /works/ b",
        "the registry of hooks",
    ],
)
def test_words_of_a_machine_leave_routes_and_prose(line):
    assert list(machine_words(_source(line, "docs/a.md"))) == []


def test_findings_walk_the_tree_past_hidden_folders_and_broken_fixtures(tmp_path):
    for path, text in {
        "platform_core/utils.py": "def f():\n    import os\n",
        ".venv/lib/utils.py": "",
        "tests/broken_plugins/bad/utils.py": "def f(:\n",
        "tests/test_a.py": "def test_a():\n    import os\n",
        "docs/a.md": "/wo" + "rk/x\n",
        ".ci/run": "cd /wo" + "rk/x\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "image.png").write_bytes(b"\x89PNG\xff")

    assert sorted((one.path, one.line) for one in findings(tmp_path)) == [
        (".ci/run", 1),
        ("docs/a.md", 1),
        ("platform_core/utils.py", 1),
        ("platform_core/utils.py", 2),
    ]


def test_report_fails_only_with_findings_and_names_the_place(capsys):
    assert report([]) == 0
    assert report([Finding(path="a.py", line=3, text="is wrong")]) == 1
    assert capsys.readouterr().err == "a.py:3: is wrong\n"


@pytest.mark.parametrize(
    ("call", "count"),
    [
        ("transaction.on_commit(tell)", 1),
        ("transaction.on_commit(tell, robust=False)", 1),
        ("transaction.on_commit(tell, robust=wish)", 1),
        ("transaction.on_commit(lambda: tell(1), robust=True)", 0),
        ("connection.run_on_commit.clear()", 0),
    ],
)
def test_callback_that_may_fail_after_a_commit_is_found(call, count):
    assert len(list(fragile_callback(_source(f"{call}\n")))) == count
