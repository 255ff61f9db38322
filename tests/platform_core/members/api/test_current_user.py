import pytest

from platform_core.accounts.models import User
from tenants.scope import public_scope

WHOAMI_KEYS = {"username", "permissions", "active_organization_meta", "custom_hotkeys", "avatar", "date_joined"}


@pytest.fixture
def owner(alpha, client_of):
    return client_of(alpha, "OW")


@pytest.mark.parametrize("path", ["/api/current-user", "/api/current-user/"])
def test_own_card_is_that_of_whoami(owner, path):
    card = owner.get(path).json()

    assert card == owner.get("/api/current-user/whoami").json()
    assert card.keys() >= WHOAMI_KEYS


def test_own_card_is_changed_here_and_the_account_stays(alpha, owner):
    body = {"first_name": "Amelia", "phone": "5", "password": "hijacked-horse", "active_organization": 99, "role": "AN"}

    card = owner.patch("/api/current-user", body).json()

    assert (card["first_name"], card["phone"], card["role"]) == ("Amelia", "5", "OW")
    assert card["active_organization"] == alpha.id
    with public_scope():
        account = User.objects.get(pk=owner.member.pk)
    assert (account.first_name, account.check_password("correct-horse-1")) == (None, True)


def test_own_address_is_not_changed_here(owner):
    assert owner.patch("/api/current-user", {"email": "else@alpha.example"}).status_code == 405


def test_everybody_changes_their_own_card(alpha, client_of):
    assert client_of(alpha, "AN").patch("/api/current-user/", {"last_name": "Ant"}).json()["last_name"] == "Ant"
