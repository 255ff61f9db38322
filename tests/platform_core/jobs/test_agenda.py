from platform_core.jobs.agenda import Agenda, drop_hint
from platform_core.jobs.wake import wake
from tenants.models import Organization, WorkHint


def _quiet_agenda():
    agenda = Agenda(sweep_seconds=600)
    agenda.organizations()  # the first look sweeps
    return agenda


def test_first_look_is_a_sweep_and_then_only_hints_count(organizations):
    agenda = Agenda(sweep_seconds=600)

    assert [ref.slug for ref in agenda.organizations()] == ["alpha", "beta"]
    assert agenda.organizations() == {}
    wake(organizations["beta"])
    assert list(agenda.organizations()) == [organizations["beta"]]


def test_hint_that_was_renewed_meanwhile_stays(organizations):
    agenda = _quiet_agenda()
    wake(organizations["alpha"])
    seen = agenda.organizations()[organizations["alpha"]]

    wake(organizations["alpha"])  # new work after the worker has looked
    drop_hint(organizations["alpha"], seen)

    assert list(agenda.organizations()) == [organizations["alpha"]]
    drop_hint(organizations["alpha"], agenda.organizations()[organizations["alpha"]])
    assert WorkHint.objects.count() == 0


def test_due_organizations_are_remembered_without_a_hint(organizations):
    agenda = _quiet_agenda()

    agenda.remember(organizations["alpha"], 0)
    agenda.remember(organizations["beta"], 100)
    assert list(agenda.organizations()) == [organizations["alpha"]]
    agenda.remember(organizations["alpha"], None)

    assert agenda.organizations() == {}
    assert 0 < agenda.seconds_until_next() <= 5


def test_organization_set_aside_is_left_alone(organizations):
    agenda = _quiet_agenda()
    wake(organizations["alpha"])

    agenda.set_aside(organizations["alpha"])

    assert agenda.organizations() == {}


def test_organization_that_is_not_served_is_left_alone(organizations):
    wake(organizations["alpha"])
    Organization.objects.update(status="deleting")

    assert Agenda(sweep_seconds=600).organizations() == {}
