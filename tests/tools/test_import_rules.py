import pytest

from tools.import_rules import (
    Plugin,
    findings,
    imports_beyond_sdk,
    imports_of,
    named_plugins,
    plugins_of,
    upward_imports,
)
from tools.source_tree import Source

APP = ("platform_core", "tasks")
KITES = Plugin(package="tenon_kites", slug="kites", depends=())
STRINGS = Plugin(package="tenon_strings", slug="strings", depends=("kites",))


def _source(path, text):
    return Source(path=path, text=text)


def test_imports_of_sees_every_kind_of_import():
    text = "import a.b\nfrom c import d, e\n\ndef f():\n    from g.h import i\n"

    assert [name for _line, name in imports_of(_source("x.py", text))] == ["a.b", "c.d", "c.e", "g.h.i"]


@pytest.mark.parametrize(
    ("path", "imported"),
    [
        ("errors.py", "models"),
        ("models.py", "queries.visible"),
        ("queries/visible.py", "services"),
        ("services/imports.py", "api.serializers"),
        ("services/imports.py", "jobs"),
    ],
)
@pytest.mark.parametrize("form", ["from platform_core.tasks.{0} import x", "import platform_core.tasks.{0}"])
def test_upward_import_is_found(path, imported, form):
    source = _source(f"platform_core/tasks/{path}", form.format(imported))

    assert len(list(upward_imports(source, APP))) == 1


def test_upward_import_of_a_whole_module_from_the_app_is_found():
    source = _source("platform_core/tasks/models.py", "from platform_core.tasks import services\n")

    assert [one.line for one in upward_imports(source, APP)] == [1]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("services/imports.py", "from platform_core.tasks.models import Task"),
        ("api/views.py", "from platform_core.tasks.jobs import run"),
        ("services/a.py", "from platform_core.tasks.services.b import c"),
        ("copying.py", "from platform_core.tasks.api import x"),
        ("models.py", "from platform_core.events.services import emit_event"),
    ],
)
def test_downward_sideways_and_unlayered_imports_pass(path, text):
    assert list(upward_imports(_source(f"platform_core/tasks/{path}", text), APP)) == []


@pytest.mark.parametrize(
    "line",
    ["import tenon_kites", "from tenon_kites.models import Kite", "x = 'kites'", "# kites", "kites_off = 1"],
)
def test_core_that_knows_a_plugin_is_found(line):
    found = list(named_plugins(_source("platform_core/a.py", line), [KITES, STRINGS]))

    assert [one.text for one in found] == ["the core knows the plugin kites"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import tenon_formats", 1),
        ("from tenon_formats.plugin import plugin", 1),
        ("x = 'formats'", 1),
        ("x = 'formats.coco'", 1),
        ("x = 'tenon_formats.plugin'", 1),
        ("found_formats = {'found_formats': 'api/export/formats'}", 0),
        ("from platform_core.tasks.reading import formats", 0),
    ],
)
def test_plugin_named_by_a_word_of_the_contract_is_found_by_its_address(line, found):
    formats = Plugin(package="tenon_formats", slug="formats", depends=())

    assert len(list(named_plugins(_source("platform_core/a.py", line), [formats]))) == found


def test_core_may_write_words_that_only_contain_a_plugins_name():
    assert list(named_plugins(_source("platform_core/a.py", "skites = kitesurf\n"), [KITES])) == []


def test_plugin_may_import_the_sdk_its_own_and_what_it_depends_on():
    text = (
        "import platform_core.sdk\nfrom platform_core.sdk.models import x\nimport tenon_strings.a\nimport tenon_kites\n"
    )

    assert list(imports_beyond_sdk(_source("a.py", text), STRINGS, [KITES, STRINGS])) == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("from platform_core.tasks.models import Task", "platform_core.tasks.models.Task"),
        ("from platform_core.sdkx import y", "platform_core.sdkx.y"),
        ("from tenants.scope import tenant_scope", "tenants.scope.tenant_scope"),
        ("from tenon_strings import a", "does not depend on strings"),
    ],
)
def test_plugin_that_reaches_beyond_the_sdk_is_found(line, word):
    (found,) = imports_beyond_sdk(_source("a.py", line), KITES, [KITES, STRINGS])

    assert word in found.text


def _write(root, files):
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def test_findings_read_manifests_and_check_core_and_plugins(tmp_path):
    _write(
        tmp_path,
        {
            "plugins/kites/tenon_kites/plugin.toml": 'slug = "kites"\n',
            "plugins/kites/tenon_kites/models.py": "from tenon_kites.api import views\n",
            "plugins/kites/tests/test_a.py": "from platform_core.tasks import models\n",
            "plugins/strings/tenon_strings/plugin.toml": 'slug = "strings"\ndepends = ["kites>=1"]\n',
            "plugins/strings/tenon_strings/a.py": "import tenon_kites\nfrom tenants import scope\n",
            "platform_core/tasks/models.py": "from platform_core.tasks.api import x\n",
            "tenants/models.py": "import tenon_strings\n",
            "tests/test_a.py": "import tenon_kites\n",
        },
    )

    assert plugins_of(tmp_path) == [KITES, STRINGS]
    assert [(one.path, one.line) for one in findings(tmp_path)] == [
        ("platform_core/tasks/models.py", 1),
        ("plugins/kites/tenon_kites/models.py", 1),
        ("plugins/strings/tenon_strings/a.py", 2),
        ("tenants/models.py", 1),
    ]
