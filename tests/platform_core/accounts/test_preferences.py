from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.accounts.models import User
from platform_core.members.models import Member
from platform_core.sdk.preferences import NEUTRAL, ExportPreferences, export_preferences
from tenants.scope import public_scope, tenant_scope

NIGHT = datetime(2026, 12, 31, 23, 5, 9, 123, tzinfo=UTC)
BERLIN = ExportPreferences(
    time_zone="Europe/Berlin",
    time_format="12H",
    date_format="DMY",
    date_separator=".",
    datetime_separator=" ",
    decimal_separator=",",
    list_separator=";",
)


def test_times_are_those_of_the_zone():
    assert BERLIN.moment(NIGHT) == BERLIN.moment(NIGHT.replace(tzinfo=None)) == "01.01.2027 12:05:09 AM"
    assert NEUTRAL.moment(NIGHT) == "2026-12-31T23:05:09"


@pytest.mark.parametrize(("form", "text"), [("DMY", "31/12/2026"), ("MDY", "12/31/2026"), ("YMD", "2026/12/31")])
def test_days_are_in_the_order_one_reads(form, text):
    assert ExportPreferences(date_format=form, date_separator="/").day(date(2026, 12, 31)) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0,5"), (-12, "-12"), (Decimal("1234567.10"), "1234567,10"), (1e-9, "1e-09")]
)
def test_numbers_keep_their_digits(value, text):
    assert BERLIN.number(value) == text


@given(value=st.floats(allow_nan=False))
def test_numbers_can_be_read_back(value):
    assert float(BERLIN.number(value).replace(",", ".")) == value


@given(value=st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)))
def test_every_time_can_be_shown(value):
    assert BERLIN.moment(value)


def test_preferences_are_those_of_the_account_in_every_organization(alpha, beta):
    with tenant_scope(alpha):
        member = Member.objects.get().pk
        assert export_preferences(member) == ExportPreferences(
            date_format="DMY", date_separator="/", datetime_separator=" ", decimal_separator=","
        )
        with public_scope():
            User.objects.filter(pk=member).update(time_zone="Asia/Tokyo", list_separator=";", time_format="12H")
        wanted = export_preferences(member)
    with tenant_scope(beta):
        assert export_preferences(member) == wanted
    assert (wanted.time_zone, wanted.list_separator, wanted.time_format) == ("Asia/Tokyo", ";", "12H")


@pytest.mark.parametrize("member", [None, 0, 10**9])
def test_nobody_has_neutral_preferences(alpha, member):
    assert export_preferences(member) is NEUTRAL
