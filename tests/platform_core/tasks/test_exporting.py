"""Direct exports: small ones are whole before they are sent, large JSON begins at once and never ends as if it were."""

import json

import pytest

from platform_core.api.spools import BROKEN_OFF
from platform_core.tasks import exporting


@pytest.fixture
def project(alpha_client):
    made = alpha_client.post("/api/projects/", {"title": "Reports", "label_config": "<View/>"}).json()
    alpha_client.post(f"/api/projects/{made['id']}/import", [{"text": "a"}, {"text": "b"}])
    return f"/api/projects/{made['id']}"


@pytest.mark.parametrize("name", ["JSON", "CSV", "TSV"])
def test_small_export_has_its_length(alpha_client, project, name):
    answer = alpha_client.get(f"{project}/export?export_type={name}&download_all_tasks=1")
    assert int(answer["Content-Length"]) == len(answer.getvalue()) > 20


def test_large_json_begins_at_once_and_is_the_same(alpha_client, project, monkeypatch):
    small = alpha_client.get(f"{project}/export?download_all_tasks=1").getvalue()
    monkeypatch.setattr(exporting, "WHOLE_TASKS", 1)
    large = alpha_client.get(f"{project}/export?download_all_tasks=1")

    assert "Content-Length" not in large
    assert large.getvalue() == small


def test_small_export_that_fails_is_an_error_and_a_large_one_says_so(alpha_client, project, monkeypatch):
    def fail(*_):
        yield b'[{"id":1}'
        raise OSError("the database is gone")

    monkeypatch.setattr(exporting, "json_export", fail)
    with pytest.raises(OSError, match="gone"):
        alpha_client.get(f"{project}/export?download_all_tasks=1")
    monkeypatch.setattr(exporting, "WHOLE_TASKS", 1)
    sent = iter(alpha_client.get(f"{project}/export?download_all_tasks=1"))

    found = [next(sent), next(sent)]
    assert found[-1] == BROKEN_OFF
    with pytest.raises(OSError, match="gone"):
        next(sent)
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(b"".join(found))
