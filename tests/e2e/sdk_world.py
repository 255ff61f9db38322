"""What a session of the stock SDK has, and how a row of its tables reads. Free of the SDK."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CONFIG = """<View><Text name="text" value="$text"/><Choices name="topic" toName="text" choice="single" required="true">
<Choice value="Weather"/><Choice value="Traffic"/></Choices></View>"""
TEXTS = ("Fog over the field", "Two aircraft, one runway", "Wind from the left", "A bird")


def said(topic):
    """Return the result of an annotation."""
    return [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [topic]}}]


def items(texts):
    """Return the body of an import."""
    return [{"data": {"text": text}} for text in texts]


def from_id(minimum):
    """Return a filter: all tasks from an id on."""
    item = {"filter": "filter:tasks:id", "operator": "greater_or_equal", "type": "Number", "value": minimum}
    return {"conjunction": "and", "items": [item]}


def ids(answer):
    return [item.id for item in answer]


class World:
    """What a session has: clients, facts of its organization, and the answers so far by method.

    Attributes:
        sdk: client of the owner.
        member_sdk: client of another member.
        owner, member: their addresses.
        newcomer: address of a third one, who is deleted.
        transport: `(method, path, **options)` sends what the SDK has no method for and returns the answer.
        wait: returns the first true value of a function.
    """

    def __init__(self, **facts):
        self.answers = {}
        self.__dict__.update(facts)

    def __getitem__(self, method):
        return self.answers[method]

    @property
    def project(self):
        return self["projects.create"].id

    @property
    def tasks(self):
        return self["projects.import_tasks"].task_ids

    def id_of(self, email):
        return next(user.id for user in self["users.list"] if user.email == email)

    def snapshot(self):
        """Return the arguments that name the snapshot once it is complete."""
        address = {"id": self.project, "export_pk": self["projects.exports.create"].id}
        self.wait(lambda: self.sdk.projects.exports.get(**address).status == "completed")
        return address

    def converted(self):
        """Return the arguments that name the snapshot as CSV once that is made."""
        address, wanted = self.snapshot(), self["projects.exports.convert"].converted_format

        def is_made():
            found = self.sdk.projects.exports.get(**address).converted_formats
            return [one.status for one in found if one.id == wanted] == ["completed"]

        self.wait(is_made)
        return address | {"export_type": "CSV"}

    def import_run(self):
        """Return the id of an import that a worker has finished."""
        path = f"api/projects/{self.project}/import"
        report = self.transport("POST", path, params={"async": "1"}, json=items(["In the background"])).json()
        self.wait(lambda: self.sdk.tasks.create_many_status(id=self.project, import_pk=report["import"]).finished_at)
        return report["import"]

    def two_views(self):
        """Return the ids of the views that are there, another one first."""
        new = self.sdk.views.create(project=self.project, data={"title": "New"})
        return [new.id, self["views.create"].id]

    def upload(self, name, content):
        """Import a file, for which the SDK has no method; return the ids of files."""
        path = f"api/projects/{self.project}/import"
        report = self.transport("POST", path, files={"file": (name, content, "text/csv")}).json()
        return report["file_upload_ids"]


@dataclass(frozen=True, slots=True)
class Row:
    """One call.

    Attributes:
        method: dotted name in the client.
        http: what is sent, numbers written as `{id}`.
        arguments: of the method.
        check: says of answer and world whether it is right.
        shows: the check in words.
        as_member: the other member's client calls.
        differs: why the answer is not of the type that the SDK promises.
    """

    method: str
    http: str
    arguments: Callable[[World], dict[str, Any]]
    check: Callable[[Any, World], object]
    shows: str
    as_member: bool = False
    differs: str = ""


def nothing(_world):
    return {}


def is_none(answer, _world):
    return answer is None
