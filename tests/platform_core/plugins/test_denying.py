import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.plugins.denying import Denial, DenyListError, read_deny_list, version_key
from platform_core.plugins.errors import PluginsRejectedError
from platform_core.plugins.preflight import lock_plugins

ORDERED = [
    "0.9",
    "1.0.dev1",
    "1.0a1.dev2",
    "1.0a1",
    "1.0a2",
    "1.0b1",
    "1.0rc1",
    "1.0",
    "1.0.post1",
    "1.0.1",
    "1.10",
    "1!0.1",
]


def deny(folder, text):
    (folder / "plugins.deny.toml").write_text(text)
    return read_deny_list(folder)


def test_versions_are_ordered_as_pep_440_orders_them():
    assert sorted({*ORDERED}, key=version_key) == ORDERED
    assert version_key("1.0") == version_key("1.0.0") == version_key("1")


@given(st.lists(st.integers(0, 30), min_size=1, max_size=4), st.lists(st.integers(0, 30), min_size=1, max_size=4))
def test_releases_are_ordered_as_their_numbers(left, right):
    keys = [version_key(".".join(map(str, numbers))) for numbers in (left, right)]
    padded = [numbers + [0] * (4 - len(numbers)) for numbers in (left, right)]
    assert (keys[0] < keys[1]) == (padded[0] < padded[1])


@pytest.mark.parametrize(
    ("versions", "version", "covered"),
    [
        ("", "1.0", True),
        ("<1.2", "1.1.9", True),
        ("<1.2", "1.2", False),
        ("<1.2", "1.2rc1", True),
        (">=1.0,<1.2.3", "1.2.3", False),
        (">=1.0,<1.2.3", "1.2.2.post1", True),
        ("==1.0", "1.0.0", True),
        (">2", "nonsense", True),
    ],
)
def test_bounds_say_which_versions_are_denied(tmp_path, versions, version, covered):
    listed = deny(tmp_path, f'[[deny]]\nslug = "kites"\nversions = "{versions}"\nreason = "Tears."')
    assert (listed.reason("kites", version) is not None) is covered
    assert listed.reason("boats", version) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("deny = 3", "give tables"),
        ("[[deny]]\nslug = 1\nreason = 'x'", r"deny\[0\]\.slug"),
        ("[[deny]]\nslug = 'kites'", r"deny\[0\]\.reason"),
        ("[[deny]]\nslug = 'kites'\nreason = 'x'\nversions = '~1'", "no bound"),
        ("[[deny]]\nslug = 'kites'\nreason = 'x'\nversion = '1'", "unknown key"),
        ("[[deny", "cannot be read"),
    ],
)
def test_list_that_nobody_understands_lets_nothing_in(tmp_path, text, words):
    with pytest.raises(DenyListError, match=words):
        deny(tmp_path, text)
    with pytest.raises(PluginsRejectedError):
        lock_plugins(tmp_path, strict=False, candidates=[])


def test_denied_plugin_is_quarantined_with_the_reason_and_not_imported(tmp_path, site):
    candidates = site.install("exit_at_import")
    (tmp_path / "plugins.deny.toml").write_text('[[deny]]\nslug = "exit_at_import"\nreason = "It exits."')

    lock = lock_plugins(tmp_path, strict=False, candidates=candidates)

    (plugin,) = lock.quarantined
    assert "denied by the operator: It exits." in plugin.reason
    assert lock.environment["deny"]


def test_no_file_denies_nothing(tmp_path):
    assert read_deny_list(tmp_path).denials == ()
    assert Denial(slug="kites", bounds=(), reason="x").covers("1.0")
