import pytest

from platform_core.plugins.breaker import RULES, Breaker, BreakerRule
from platform_core.plugins.hookspecs import EVENT_HANDLER, HOOKS, HookClass
from platform_core.plugins.statistics import BOUNDS, HookMeter
from tenants.scope import OrganizationRef, tenant_scope

RULE = BreakerRule(failures=5, share=0.5, window=300, cooldown=120, probes=3)
VALIDATE = HOOKS["validate_task"]


def calls(breaker, outcomes, *, at=1000.0):
    """Record outcomes, `x` for a failure; return those that opened it."""
    return [breaker.record(failed=outcome == "x", now=at) for outcome in outcomes]


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ("xxxx", "closed"),
        ("xxxxx", "open"),
        (".....xxxxx", "open"),
        ("......xxxxx", "closed"),
        (".....x" * 5, "closed"),
    ],
)
def test_opens_at_enough_failures_that_are_a_large_enough_share(outcomes, state):
    breaker = Breaker(RULE)
    calls(breaker, outcomes)
    assert breaker.state(1000.0) == state


def test_failures_leave_the_window():
    breaker = Breaker(RULE)
    calls(breaker, "xxxx", at=1000.0)
    calls(breaker, "x", at=1301.0)
    assert breaker.state(1301.0) == "closed"
    calls(breaker, "xxxx", at=1302.0)
    assert breaker.state(1302.0) == "open"


def test_half_open_lets_three_probes_through_and_closes_when_all_succeed():
    breaker = Breaker(RULE)
    calls(breaker, "xxxxx")
    assert [breaker.admits(1119.0), breaker.state(1119.0)] == [False, "open"]
    assert [breaker.admits(1120.0) for _ in range(5)] == [True, True, True, False, False]
    assert breaker.state(1120.0) == "half_open"
    calls(breaker, "...", at=1121.0)
    assert (breaker.state(1121.0), breaker.admits(1121.0)) == ("closed", True)


def test_failing_probe_opens_again_and_a_lost_probe_does_not_keep_it_shut():
    breaker = Breaker(RULE)
    calls(breaker, "xxxxx")
    assert breaker.admits(1120.0)
    assert calls(breaker, "x", at=1121.0) == [True]
    assert breaker.state(1240.0) == "open"
    assert [breaker.admits(1241.0) for _ in range(4)] == [True, True, True, False]
    assert breaker.admits(1241.0 + 121)


def test_call_that_began_before_the_opening_is_no_probe():
    breaker = Breaker(RULE)
    calls(breaker, "xxxxx")
    assert calls(breaker, ".x", at=1001.0) == [False, False]
    assert breaker.open_until == 1120.0


@pytest.fixture
def clock():
    return [1000.0]


@pytest.fixture
def meter(clock):
    return HookMeter(clock=lambda: clock[0])


def organization(number):
    return OrganizationRef(id=number, slug=f"o{number}", schema=f"o_{number}")


def fail(meter, number, slug="kites", times=5, spec=VALIDATE):
    with tenant_scope(organization(number)):
        entry = meter.entry(slug, spec)
        return [meter.record(entry, "failed", 0.01) for _ in range(times)][-1]


def refused(meter, number, slug="kites", spec=VALIDATE):
    with tenant_scope(organization(number)):
        return meter.refusal(meter.entry(slug, spec))


def test_breaker_is_of_one_organization_one_plugin_and_one_hook(meter):
    assert fail(meter, 1).organizations == 1

    assert "switched off for 120 s" in refused(meter, 1)
    assert refused(meter, 2) is None
    assert refused(meter, 1, "boats") is None
    assert refused(meter, 1, spec=HOOKS["validate_annotation"]) is None


def test_open_in_three_organizations_puts_the_plugin_into_quarantine_everywhere_in_the_process(meter, clock):
    assert [fail(meter, number).quarantined for number in (1, 2, 3)] == [False, False, True]

    assert "quarantine in this process for 600 s" in refused(meter, 9)
    assert "quarantine" in refused(meter, 9, spec=HOOKS["validate_annotation"])
    assert refused(meter, 9, "boats") is None
    clock[0] += 601
    assert (refused(meter, 9), refused(meter, 1)) == (None, None)


def test_event_handlers_are_switched_off_later_and_lifecycle_hooks_never(meter):
    assert fail(meter, 1, times=19, spec=EVENT_HANDLER) is None
    assert fail(meter, 1, times=1, spec=EVENT_HANDLER).organizations == 1
    assert fail(meter, 1, times=100, spec=HOOKS["after_enable"]) is None
    assert HookClass.LIFECYCLE not in RULES


def test_what_came_together_is_taken_once_and_can_be_given_back(meter):
    fail(meter, 1, times=2)
    with tenant_scope(organization(1)):
        meter.record(meter.entry("kites", VALIDATE), "ok", 99.0)
        meter.record(meter.entry("kites", VALIDATE), "timeout", 0.0001)
    (taken,) = meter.drain()
    key, tally, left = taken

    assert (key, tally.calls, tally.failures, tally.timeouts, left) == ((1, "kites", "validate_task"), 4, 2, 1, 0.0)
    assert (tally.buckets[0], tally.buckets[BOUNDS.index(0.01)], tally.buckets[-1]) == (1, 2, 1)
    assert meter.drain() == []
    meter.give_back([taken])
    assert meter.drain()[0][1].calls == 4


def test_reset_lets_an_upgraded_plugin_begin_anew(meter):
    fail(meter, 1)
    meter.reset(1, "kites")
    assert refused(meter, 1) is None
