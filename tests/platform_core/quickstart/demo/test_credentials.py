import json
import stat

import pytest

from platform_core.quickstart.demo.credentials import DamagedCredentialsError, account_of, write_credentials


@pytest.fixture
def path(tmp_path):
    return tmp_path / "demo.json"


def test_new_accounts_have_random_secrets(path):
    one, other = account_of(path, "aero"), account_of(path, "acme")

    assert one.is_new
    assert other.is_new
    assert one.email == "owner@aero.example"
    assert len({one.password, other.password}) == len({one.api_token, other.api_token}) == 2
    assert len(one.password) >= 20


def test_written_accounts_come_back_and_are_private(path):
    account = account_of(path, "aero")
    write_credentials(path, public_url="http://localhost:1", accounts={"aero": ("http://127.0.0.1:1", account)})
    kept = account_of(path, "aero")

    assert (kept.email, kept.password, kept.api_token) == (account.email, account.password, account.api_token)
    assert not kept.is_new
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {
        "public_url": "http://localhost:1",
        "organizations": {
            "aero": {
                "url": "http://127.0.0.1:1",
                "email": account.email,
                "password": account.password,
                "api_token": account.api_token,
            }
        },
    }


def test_organization_that_the_file_does_not_name_gets_a_new_account(path):
    write_credentials(path, public_url="", accounts={"aero": ("", account_of(path, "aero"))})
    assert account_of(path, "acme").is_new


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"organizations": []}', '{"organizations": {"aero": {"email": "a"}}}']
)
def test_damaged_file_is_named_and_the_message_says_what_to_do(path, text):
    path.write_text(text)
    with pytest.raises(DamagedCredentialsError, match="Delete it"):
        account_of(path, "aero")
