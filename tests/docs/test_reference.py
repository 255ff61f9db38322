"""The reference pages say what the code says."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest

import platform_core
from platform_core.plugins.manifest import Manifest, load_manifest
from tests.support.documents import blocks_of
from tools.reference_docs import PART, PARTS, REFERENCE, rendered

CORE = Path(platform_core.__file__).parent
ROW = re.compile(r"^\| `([A-Za-z_.-]+)` \|(.*)\|$", re.MULTILINE)
# Set by the platform for its own children, or by the tests' run: the page names the first two in its text.
INTERNAL = {"DJANGO_SETTINGS_MODULE", "TENON_PLUGINS_CHECKED"}
EMITTERS = {"emit_event", "write_global_event"}


def rows_of(page):
    """Return the rows of a page's tables: first cell without its quotes, and the other cells."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return {match[1]: [cell.strip() for cell in match[2].split(" | ")] for match in ROW.finditer(text)}


def modules():
    """Return (path, syntax tree) of each module of the core."""
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(CORE.rglob("*.py"))]


@pytest.mark.parametrize("page", sorted(path.name for path in REFERENCE.glob("*.md")))
def test_generated_parts_are_those_of_the_code(page):
    path = REFERENCE / page
    assert path.read_text(encoding="utf-8") == rendered(path), "run python -m tools.reference_docs"


def test_every_generated_part_stands_on_a_page():
    names = [match["name"] for path in REFERENCE.glob("*.md") for match in PART.finditer(path.read_text())]
    assert sorted(names) == sorted(PARTS)


def variables_of_settings():
    """Return name of variable and default: a number, or None where it is something else."""
    found = {}
    for path in (CORE / "settings").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and re.fullmatch(r"environment\.[a-z]+", ast.unparse(node.func)):
                is_number = ast.unparse(node.func) == "environment.number"
                default = ast.unparse(node.args[1]) if is_number else None
                found[node.args[0].value] = eval(default) if default else found.get(node.args[0].value)
    return found


def variables_read_elsewhere():
    """Return names that the core reads outside its settings."""
    readings = re.compile(r'(?:environ\.get\(|environ\[|environ\.setdefault\(|_given\(|envvar=)"([A-Z_]+)"')
    paths = [path for path in CORE.rglob("*.py") if "testing" not in path.parts]
    return {name for path in paths for name in readings.findall(path.read_text(encoding="utf-8"))}


def test_environment_names_every_variable_and_no_other():
    assert set(rows_of("environment.md")) == (set(variables_of_settings()) | variables_read_elsewhere()) - INTERNAL
    text = (REFERENCE / "environment.md").read_text()
    assert all(f"`{name}`" in text for name in INTERNAL)


def test_environment_has_the_defaults_of_the_numbers():
    numbers = {name: default for name, default in variables_of_settings().items() if default is not None}
    assert len(numbers) > 5
    assert {name: rows_of("environment.md")[name][0] for name in numbers} == {
        name: f"`{default}`" for name, default in numbers.items()
    }


def constants(node):
    """Return the texts that an expression may be, or None when that is not to be seen."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return constants(node.body) | constants(node.orelse)
    return None


def types_in(tree, calls):
    """Return the types of the events that a module emits; `calls` are those of all modules."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    own = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = set()
    for function in functions:
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or ast.unparse(call.func).rpartition(".")[2] not in EMITTERS:
                continue
            (type_,) = (keyword.value for keyword in call.keywords if keyword.arg == "type")
            if isinstance(type_, ast.Name):  # the relay hands on what somebody else emitted
                continue
            if not isinstance(type_, ast.JoinedStr):
                found |= constants(type_)
                continue
            # f"annotation.{what}", where `what` is the first argument of the function around it.
            prefix, hole = type_.values
            assert hole.value.id == function.args.args[0].arg
            # A private function is called in its own module only; others have a name like it.
            within = own if function.name.startswith("_") else calls
            callers = [call for call in within if ast.unparse(call.func) == function.name]
            assert callers
            found |= {prefix.value + word for caller in callers for word in constants(caller.args[0])}
    return found


def test_events_are_those_that_the_code_emits():
    beside = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((CORE.parent / "tenants").rglob("*.py"))]
    trees = [*(tree for _path, tree in modules()), *beside]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    emitted = {type_ for tree in trees for type_ in types_in(tree, calls)}
    assert set(rows_of("events.md")) == emitted


def test_manifest_page_has_every_key_and_no_other():
    assert set(rows_of("plugin-toml.md")) == {field.name for field in dataclasses.fields(Manifest)}


def test_example_manifest_is_accepted(tmp_path):
    (block,) = [block for block in blocks_of(REFERENCE / "plugin-toml.md") if block.language == "toml"]
    (tmp_path / "plugin.toml").write_text(block.text)
    assert load_manifest(tmp_path / "plugin.toml").slug == "library"


def test_keys_that_the_page_calls_needed_are_needed(tmp_path):
    (block,) = [block for block in blocks_of(REFERENCE / "plugin-toml.md") if block.language == "toml"]
    for name, (needed, *_rest) in rows_of("plugin-toml.md").items():
        lines = [line for line in block.text.splitlines() if not line.startswith(f"{name} =")]
        text = "\n".join(lines)
        (tmp_path / "plugin.toml").write_text(text.split("[[")[0] if name == "permissions" else text)
        if needed == "yes":
            with pytest.raises(ValueError, match=f"key '{name}'"):
                load_manifest(tmp_path / "plugin.toml")
        else:
            load_manifest(tmp_path / "plugin.toml")
