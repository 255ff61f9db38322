"""A project with a label config, and short ways to fill it and to work on it."""

import pytest

CONFIG = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text" choice="single">
<Choice value="Weather"/><Choice value="Traffic"/></Choices></View>"""


def choice(value="Weather"):
    return [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [value]}}]


class Flow:
    """One project, as its manager sets it up."""

    def __init__(self, client, **settings):
        self.client = client
        body = {"title": "Conflicts", "label_config": CONFIG, **settings}
        answer = client.post("/api/projects/", body)
        assert answer.status_code == 201, answer.content
        self.project = answer.json()["id"]

    def tasks(self, count, **each):
        body = [{"data": {"text": str(number)}, **each} for number in range(count)]
        return self.imported(body)

    def imported(self, body):
        answer = self.client.post(f"/api/projects/{self.project}/import?return_task_ids=1", body)
        assert answer.status_code == 201, answer.content
        return answer.json()["task_ids"]

    def set(self, **settings):
        answer = self.client.patch(f"/api/projects/{self.project}/", settings)
        assert answer.status_code == 200, answer.content

    def grant(self, *clients):
        members = [client.member.id for client in clients]
        self.client.patch(f"/api/projects/{self.project}/access/", {"members": [self.client.member.id, *members]})

    def counters(self):
        found = self.client.get(f"/api/projects/{self.project}/").json()
        return {name: value for name, value in found.items() if name.endswith("_number") or name.startswith("num_")}

    def next(self, client=None, status=200):
        answer = (client or self.client).get(f"/api/projects/{self.project}/next/")
        assert answer.status_code == status, answer.content
        return answer.json()

    def submit(self, task, client=None, status=201, **more):
        body = {"result": choice(), **more}
        answer = (client or self.client).post(f"/api/tasks/{task}/annotations/", body)
        assert answer.status_code == status, answer.content
        return answer.json()

    def skip(self, task, client=None):
        return self.submit(task, client, was_cancelled=True, result=[])


@pytest.fixture
def make_flow(alpha_client):
    """Return a function that makes a project with settings."""

    def make(**settings):
        return Flow(alpha_client, **settings)

    return make


@pytest.fixture
def flow(make_flow):
    return make_flow()


@pytest.fixture
def annotator(alpha, make_client):
    """Return a function that makes an annotator who may work on a flow's project."""

    def make(flow):
        client = make_client(alpha, role="AN")
        flow.grant(client)
        return client

    return make


@pytest.fixture
def annotators(alpha, make_client):
    """Return a function that makes annotators who may work on a flow's project."""

    def make(flow, count):
        clients = [make_client(alpha, role="AN") for _ in range(count)]
        flow.grant(*clients)
        return clients

    return make
