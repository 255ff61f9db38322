import pytest
from click.testing import CliRunner

from platform_core.cli.main import cli


@pytest.mark.parametrize(
    "words",
    [["makemigrations", "unicorn"], ["docs", "unicorn"], ["dev", "unicorn"]],
    ids=lambda words: words[0],
)
def test_plugin_that_is_not_installed_is_refused_with_what_to_do(words):
    done = CliRunner().invoke(cli, ["plugin", *words])

    assert done.exit_code == 1
    assert "pip install -e" in done.output


def test_page_of_a_plugin_names_what_it_adds(tmp_path):
    file = tmp_path / "webhooks.md"
    done = CliRunner().invoke(cli, ["plugin", "docs", "webhooks", "--output", str(file)])

    assert done.exit_code == 0, done.output
    page = file.read_text()
    assert all(text in page for text in ("`GET /api/webhooks/`", "## Permissions", "`webhooks_"))
