import json
import subprocess
import sys
import threading
from importlib.metadata import PackageNotFoundError

import pytest

from platform_core.plugins import lock as lock_file
from platform_core.plugins.errors import LockFileError
from platform_core.plugins.lock import (
    Lock,
    LockedPlugin,
    current_environment,
    digest_package,
    exclusive,
    installed_plugin_apps,
    lock_is_current,
    lock_path,
    read_lock,
    write_lock,
)


def locked(candidate, **changes):
    values = {
        "slug": candidate.slug, "verdict": "accepted", "reason": None, "entry_point": candidate.entry_point,
        "distribution": candidate.distribution, "version": candidate.version, "package": candidate.package,
        "has_app": True, "tables": (), "depth": 0, "editable": candidate.editable,
        "digest": digest_package(candidate), "manifest": candidate.manifest,
    }  # fmt: skip
    return LockedPlugin(**(values | changes))


def test_missing_lock_means_no_plugins(tmp_path):
    assert read_lock(tmp_path) == Lock(environment={})
    assert installed_plugin_apps(tmp_path) == []


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"format": 2}', '{"format": 1, "environment": {}, "plugins": [{"slug": "x"}]}', '"\\u0000"'],
)
def test_damaged_lock_is_an_error_to_readers_and_no_plugins_to_settings(tmp_path, content, caplog):
    lock_path(tmp_path).write_text(content)
    with pytest.raises(LockFileError, match="run `tenon plugins lock`"):
        read_lock(tmp_path)

    assert installed_plugin_apps(tmp_path) == []
    assert "No plugin is loaded" in caplog.text


def test_lock_survives_writing_and_reading(tmp_path, site):
    (candidate,) = site.install("healthy")
    lock = Lock(environment={"core": "1"}, plugins=(locked(candidate, tables=("healthy_note",)),))
    write_lock(tmp_path, lock)

    assert read_lock(tmp_path) == lock
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [lock_file.LOCK_NAME]


def test_failed_write_leaves_the_old_lock(tmp_path, site):
    (candidate,) = site.install("healthy")
    good = Lock(environment={}, plugins=(locked(candidate),))
    write_lock(tmp_path, good)
    with pytest.raises(TypeError):
        write_lock(tmp_path, Lock(environment={"core": object()}))

    assert read_lock(tmp_path) == good
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [lock_file.LOCK_NAME]


def test_quarantined_plugins_and_plugins_without_an_app_are_not_installed(tmp_path, site):
    healthy, child, raising = site.install("healthy", "healthy_child", "raising_hook")
    plugins = (
        locked(healthy),
        locked(child, has_app=False),
        locked(raising, verdict="quarantined", reason="why"),
    )
    write_lock(tmp_path, Lock(environment={}, plugins=plugins))

    assert installed_plugin_apps(tmp_path) == ["tenon_healthy"]


def test_package_that_has_gone_takes_its_dependents_along_and_no_others(tmp_path, site, caplog):
    healthy, child, raising = site.install("healthy", "healthy_child", "raising_hook")
    write_lock(
        tmp_path, Lock(environment={}, plugins=(locked(healthy, package="tenon_gone"), locked(raising), locked(child)))
    )

    assert installed_plugin_apps(tmp_path) == ["tenon_raising_hook"]
    assert [record.args for record in caplog.records] == [("healthy",), ("healthy_child",)]


def test_reading_the_lock_imports_neither_django_nor_plugins(tmp_path, site):
    (candidate,) = site.install("import_error")
    write_lock(tmp_path, Lock(environment={}, plugins=(locked(candidate),)))
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2]);"
        "from platform_core.plugins.lock import installed_plugin_apps;"
        "assert installed_plugin_apps(Path(sys.argv[1])) == ['tenon_import_error'];"
        "roots = {name.partition('.')[0] for name in sys.modules};"
        "sys.exit(bool(roots & {'django', 'jsonschema', 'tenon_import_error'}))"
    )
    assert subprocess.run([sys.executable, "-c", code, tmp_path, site.path], check=False).returncode == 0


def test_exclusive_lets_one_in_at_a_time(tmp_path):
    inside, most = [], []

    def work():
        with exclusive(tmp_path):
            inside.append(1)
            most.append(len(inside))
            threading.Event().wait(0.05)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1, 1, 1]


@pytest.mark.parametrize("editable", [False, True])
def test_lock_is_stale_after_a_change_of_code(site, environment, editable):
    (candidate,) = site.install("healthy", editable=editable)
    lock = Lock(environment=environment, plugins=(locked(candidate),))
    assert lock_is_current(lock, [candidate])

    (site.package("healthy") / "plugin.py").write_text("# changed\n")
    assert not lock_is_current(lock, site.candidates())


def test_lock_is_stale_when_a_plugin_comes_or_goes_or_the_core_changes(site, environment):
    first, second = site.install("healthy", "raising_hook")
    lock = Lock(environment=environment, plugins=(locked(first),))

    assert not lock_is_current(lock, [first, second])
    assert not lock_is_current(lock, [])
    assert not lock_is_current(Lock(environment=environment | {"core": "0"}, plugins=lock.plugins), [first])


def test_digest_covers_contents_unless_editable(site):
    (candidate,) = site.install("healthy")
    before = digest_package(candidate)
    cache = site.package("healthy") / "__pycache__"
    cache.mkdir()
    (cache / "x.pyc").write_bytes(b"1")

    assert before.startswith("sha256:")
    assert digest_package(candidate) == before


def test_lock_marks_editable_plugins(site):
    (candidate,) = site.install("healthy", editable=True)

    assert candidate.editable
    assert digest_package(candidate).startswith("stat:")
    assert json.loads(json.dumps(locked(candidate).editable)) is True


def test_package_without_a_folder_is_absent(site):
    site.install("healthy")
    site.package("healthy").rename(site.path / "elsewhere")

    (candidate,) = site.candidates()

    assert digest_package(candidate) == "absent"


def test_core_that_runs_from_its_source_has_no_version(monkeypatch):
    def unknown(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("platform_core.plugins.lock.version", unknown)

    assert current_environment()["core"] == "source"
