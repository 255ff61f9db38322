import pytest

from tests.support.plugin_site import EXAMPLES, run_tests_of

# Each group is one process, with a plugin lock of its own. A plugin is no group with one that depends on it: its tests
# disable it, which is refused while it is needed.
GROUPS = (("quality", "tiny_ml", "box_storage", "bird_survey"), ("quality_board",))
DEPENDS = {"quality_board": ("quality",)}


# Its tests are run where the tutorial builds it anew: tests/docs/test_tutorials.py.
BUILT = {"orders"}


def test_every_example_is_run():
    run = {name for group in GROUPS for name in group}
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == run | BUILT


@pytest.mark.slow  # runs the tests of the examples in a process of its own, with a plugin lock of its own
@pytest.mark.parametrize("names", GROUPS, ids="+".join)
def test_tests_of_the_examples_pass(tmp_path, names):
    depends = [EXAMPLES / other for name in names for other in DEPENDS.get(name, ())]
    done = run_tests_of(*(EXAMPLES / name for name in names), site=tmp_path / "site", depends=depends)

    assert done.returncode == 0, done.stdout + done.stderr


def test_domain_extension_is_short():
    source = (EXAMPLES / "bird_survey" / "tenon_bird_survey").iterdir()

    assert sum(len(path.read_text().splitlines()) for path in source if path.is_file()) < 200
