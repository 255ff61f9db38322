import pytest
from django.core.checks import run_checks
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError

REFUSED = {
    "migrate": "tenon migrate",
    "migrate_schemas": "tenon migrate",
    "flush": "tenon delete-organization",
    "sqlflush": "tenon delete-organization",
}


@pytest.mark.parametrize("name", REFUSED)
def test_command_that_passes_by_the_engine_refuses_and_names_its_substitute(name):
    with pytest.raises(CommandError, match=REFUSED[name]):
        call_command(name)


def test_refusal_is_shown_whatever_the_options_are(capsys):
    from django.core.management import execute_from_command_line

    with pytest.raises(SystemExit):
        execute_from_command_line(["tenon", "migrate", "aviation", "zero", "--fake", "--database=default"])

    assert "tenon migrate" in capsys.readouterr().err


def test_commands_of_django_tenants_are_not_installed():
    found = {name: app for name, app in get_commands().items() if "django_tenants" in str(app)}

    assert found == {}
    assert get_commands()["migrate"] == "tenants"


def test_system_checks_of_django_accept_the_substitutes():
    assert [issue for issue in run_checks(tags=["commands"]) if issue.is_serious()] == []
