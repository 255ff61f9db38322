"""The receiver's code of the how-to, run against real messages."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "webhooks.md"
WEBHOOKS = "/api/webhooks/"


@pytest.fixture
def is_ours():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names = {}
    exec(compile(code, str(PAGE), "exec"), names)
    return names["is_ours"]


def test_receiver_of_the_how_to_knows_our_messages_and_no_others(client, make_webhook, receiver, is_ours):
    hook = make_webhook()
    new = client.post(f"{WEBHOOKS}{hook['id']}/secret/").json()["secret"]
    client.post(f"{WEBHOOKS}{hook['id']}/test/")
    ((_, headers, body),) = receiver.calls

    assert all(is_ours(secret, headers, body.encode()) for secret in (hook["secret"], new))
    assert not is_ours(make_webhook()["secret"], headers, body.encode())
    assert not is_ours(new, headers, body.encode() + b" ")
    assert not is_ours(new, {**headers, "webhook-id": "msg_other"}, body.encode())
    assert not is_ours(new, {**headers, "webhook-timestamp": "1700000000"}, body.encode())
