import pytest

from platform_core.accounts.models import User
from tenants.models import GlobalAuditEntry

OWNER = {"email": "owner@alpha.example", "password": "correct-horse-1"}


@pytest.fixture
def client(alpha, public_client):
    token = public_client.post("/api/auth/login/", OWNER).json()["csrf_token"]
    public_client.client.credentials(HTTP_X_CSRFTOKEN=token)
    return public_client


def test_new_account_has_the_seeds_preferences(client):
    found = client.get("/api/account/").json()

    assert (found["time_format"], found["date_format"]) == ("24H", "DMY")
    assert (found["date_separator"], found["datetime_separator"], found["decimal_separator"]) == ("/", " ", ",")
    assert found["full_name"] == OWNER["email"]


def test_profile_and_preferences_are_changed_and_audited(client):
    changes = {
        "first_name": "Ada",
        "last_name": "L",
        "date_format": "MDY",
        "datetime_separator": "T",
        "user_profile": "Pilot",
    }

    changed = client.patch("/api/account/", changes)

    assert changed.status_code == 200, changed.content
    assert {name: changed.json()[name] for name in changes} == changes
    assert changed.json()["full_name"] == "Ada L"
    assert GlobalAuditEntry.objects.filter(action="account.profile_changed").count() == 1


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC"])
def test_time_zone_is_one_of_the_database(client, zone):
    assert client.patch("/api/account/", {"time_zone": zone, "list_separator": "\t"}).json()["time_zone"] == zone


@pytest.mark.parametrize(
    "change",
    [
        {"date_format": "YMD"},
        {"decimal_separator": ";"},
        {"first_name": "x" * 141},
        {"list_separator": "|"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": ""},
        {"time_zone": "europe/berlin\x00"},
    ],
)
def test_unknown_choices_are_refused(client, change):
    assert client.patch("/api/account/", change).status_code == 400


def test_address_and_rights_cannot_be_given_to_oneself(client):
    changed = client.patch("/api/account/", {"email": "else@alpha.example", "is_super_admin": True, "id": 99})

    assert changed.json()["email"] == OWNER["email"]
    assert not User.objects.get(email=OWNER["email"]).is_super_admin


def test_account_needs_a_sign_in(alpha, public_client):
    assert public_client.get("/api/account/").status_code == 401
