import pytest

from tests.support.plugin_site import EXAMPLES, run_tests_of


@pytest.mark.slow  # runs the tests of each example in a process of its own, with a plugin lock of its own
@pytest.mark.parametrize(
    ("name", "depends"), [("quality", ()), ("quality_board", ("quality",)), ("tiny_ml", ()), ("box_storage", ())]
)
def test_tests_of_the_example_pass(tmp_path, name, depends):
    done = run_tests_of(EXAMPLES / name, site=tmp_path / "site", depends=[EXAMPLES / item for item in depends])

    assert done.returncode == 0, done.stdout + done.stderr
