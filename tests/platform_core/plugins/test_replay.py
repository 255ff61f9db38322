import json

import pytest
from django.core.management import CommandError, call_command

from platform_core.members.models import ApiKey
from platform_core.plugins.loader import use_registry
from platform_core.plugins.models import Activation
from platform_core.plugins.replay import ReplayError, Request, culprits, replay
from platform_core.plugins.types import Issue
from platform_core.tasks.models import Annotation
from tenants.scope import tenant_scope
from tests.support.loaded_plugins import loaded, registry_of

REGION = {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["calm"]}}
CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="tone" toName="text"><Choice value="calm"/></Choices></View>"""


def refuse(self, result):
    return [Issue(severity="error", code="NO", message="Never.")]


def accept(self, result):
    return []


@pytest.fixture
def task(alpha_client):
    project = alpha_client.post("/api/projects/", {"title": "Texts", "label_config": CONFIG}).json()["id"]
    report = alpha_client.post(f"/api/projects/{project}/import?return_task_ids=1", [{"text": "Rain."}]).json()
    return report["task_ids"][0]


@pytest.fixture
def request_of(alpha, task):
    def make(*, member="owner@alpha.example", result=(REGION,)):
        body = json.dumps({"result": list(result)})
        return Request(
            organization=alpha, member=member, method="POST", path=f"/api/tasks/{task}/annotations/", body=body
        )

    return make


@pytest.fixture
def plugins(alpha):
    """Five enabled plugins, the fourth of which refuses everything; the fifth depends on it."""
    items = [loaded(f"good{number}", validate_annotation=accept) for number in range(3)]
    items.append(loaded("grumpy", validate_annotation=refuse))
    items.append(loaded("follower", depth=1, says={"depends": ("grumpy",)}, validate_annotation=accept))
    with tenant_scope(alpha):
        for item in items:
            Activation.objects.create(slug=item.slug, state="enabled", version="1.0")
    with use_registry(registry_of(*items)):
        yield


def test_trace_tells_of_each_call_and_keeps_nothing(alpha, plugins, request_of):
    answer = replay(request_of())

    assert (answer.status, answer.failed) == (400, False)
    assert [(call.plugin, call.hook, call.outcome) for call in answer.calls] == [
        (slug, "validate_annotation", "ok") for slug in ("good0", "good1", "good2", "grumpy", "follower")
    ]
    assert "Never." in answer.calls[3].result
    with tenant_scope(alpha):
        assert not Annotation.objects.exists()
        assert ApiKey.objects.count() == 1
        assert Activation.objects.filter(state="enabled").count() == 5


def test_request_passes_without_the_plugin_and_still_keeps_nothing(alpha, plugins, request_of):
    assert replay(request_of(), without=["grumpy", "follower"]).status == 201

    with tenant_scope(alpha):
        assert not Annotation.objects.exists()


def test_culprit_is_found_and_its_dependents_are_not_blamed(plugins, request_of):
    assert culprits(request_of(), fails=lambda answer: answer.status == 400) == ["grumpy"]


def test_nobody_is_blamed_where_it_does_not_fail_or_fails_anyway(plugins, request_of):
    assert culprits(request_of()) == []
    assert culprits(request_of(result=[{"wrong": 1}]), fails=lambda answer: answer.status == 400) == []


def test_unknown_member_is_refused(plugins, request_of):
    with pytest.raises(ReplayError, match="is no member of 'alpha'"):
        replay(request_of(member="nobody@example.org"))


def test_commands_print_for_people_and_for_programs(plugins, request_of, capsys):
    request = request_of()
    words = [request.method, request.path, "--organization", "alpha", "--data", request.body]
    call_command("plugin_replay", "trace", *words)
    call_command("plugin_replay", "bisect", *words, "--status", "400")
    call_command("plugin_replay", "bisect", *words)
    call_command("plugin_replay", "trace", *words, "--json")
    printed = capsys.readouterr().out

    assert "grumpy.validate_annotation" in printed
    assert "fails because of: grumpy" in printed
    assert "does not fail" in printed
    assert json.loads(printed[printed.index("{\n") :])["status"] == 400
    with pytest.raises(CommandError, match="no organization"):
        call_command("plugin_replay", "trace", "GET", "/", "--organization", "nowhere")
