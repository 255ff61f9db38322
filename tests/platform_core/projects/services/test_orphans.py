"""A label config under which existing work would no longer make sense is refused, and what is in the way is listed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from platform_core.api.errors import ValidationFailedError
from platform_core.projects.queries import usage
from platform_core.projects.queries.usage import Watched, holders_of_results, uses_of
from tenants.scope import tenant_scope

TOPIC = '<Choices name="topic" toName="text" choice="multiple">{}</Choices>'
BOTH = TOPIC.format('<Choice value="Weather"/><Choice value="Traffic"/>')


def config(*controls, objects='<Text name="text" value="$text"/><Text name="other" value="$text"/>'):
    return f"<View>{objects}{''.join(controls)}</View>"


def region(control, kind, value, target="text", **more):
    return {"from_name": control, "to_name": target, "type": kind, "value": value, **more}


def choice(*labels):
    return region("topic", "choices", {"choices": list(labels)})


class World:
    """A project with annotations and a prediction."""

    def __init__(self, client, label_config):
        self.client = client
        made = client.post("/api/projects/", {"title": "Conflicts", "label_config": label_config})
        assert made.status_code == 201, made.content
        self.path = f"/api/projects/{made.json()['id']}/"

    def annotate(self, *results, predictions=()):
        item = {
            "data": {"text": "abcdef", "x": [{"t": "a"}] * 3},
            "annotations": [{"result": result} for result in results],
            "predictions": [{"result": result} for result in predictions],
        }
        answer = self.client.post(f"{self.path}import", [item])
        assert answer.status_code == 201, answer.content
        task = self.client.get(f"/api/tasks/?project={self.path.split('/')[3]}&fields=all").json()["tasks"][-1]
        return [row["id"] for row in task["annotations"]], [row["id"] for row in task["predictions"]]

    def change(self, label_config):
        return self.client.patch(self.path, {"label_config": label_config})

    def refused(self, label_config):
        answer = self.change(label_config)
        assert answer.status_code == 400, answer.content
        checked = self.client.post(f"{self.path}validate/", {"label_config": label_config})
        assert (checked.status_code, checked.json()["data"]) == (400, answer.json()["data"])
        assert self.client.get(self.path).json()["label_config"] != label_config
        return answer.json()


@pytest.fixture
def world(alpha_client):
    return lambda *controls, **objects: World(alpha_client, config(*controls, **objects))


def test_label_in_use_cannot_go_and_the_answer_lists_the_work(world):
    project = world(BOTH)
    annotations, predictions = project.annotate(
        [choice("Weather")], [choice("Weather", "Traffic")], [choice("Traffic")], predictions=[[choice("Weather")]]
    )

    body = project.refused(config(TOPIC.format('<Choice value="Traffic"/>')))

    assert body["data"]["labels"] == ["topic: Weather"]
    assert body["data"]["controls"] == []
    assert {
        item["where"]: (item["control"], item["label"], item["count"], item["ids"])
        for item in body["data"]["in_the_way"]
    } == {
        "annotations": ("topic", "Weather", 2, annotations[:2]),
        "predictions": ("topic", "Weather", 1, predictions),
    }
    (message,) = body["validation_errors"]["label_config"]
    assert message.startswith("These labels still exist in annotations or drafts: topic: Weather (2 annotations:")


def test_label_that_nothing_uses_may_go(world):
    project = world(BOTH)
    project.annotate([choice("Traffic")])
    assert project.change(config(TOPIC.format('<Choice value="Traffic"/>'))).status_code == 200


def test_new_labels_controls_and_order_are_fine(world):
    project = world(BOTH)
    project.annotate([choice("Weather")])
    more = TOPIC.format('<Choice value="Snow"/><Choice value="Traffic"/><Choice value="Weather"/>')
    assert project.change(config('<Rating name="r" toName="text"/>', more)).status_code == 200


@pytest.mark.parametrize(
    "new",
    [
        config('<Rating name="r" toName="text"/>'),
        config('<TextArea name="topic" toName="text"/>'),
        "<View></View>",
    ],
)
def test_control_in_use_cannot_go_nor_become_another(world, new):
    project = world(BOTH)
    (annotation,), _ = project.annotate([choice("Weather")])

    body = project.refused(new)

    assert body["data"]["controls"] == ["topic"]
    (found,) = body["data"]["in_the_way"]
    assert (found["label"], found["count"], found["ids"]) == (None, 1, [annotation])
    (message,) = body["validation_errors"]["label_config"]
    assert message.startswith("Created annotations are incompatible with provided labeling schema, we found: controls")


def test_control_that_points_elsewhere_is_in_the_way(world):
    project = world(BOTH)
    project.annotate([choice("Weather")])

    body = project.refused(config(BOTH.replace('toName="text"', 'toName="other"')))

    assert body["data"]["in_the_way"][0]["target"] == "text"


def test_paths_of_a_tree_are_told_apart(world):
    def tree(*leaves):
        inner = "".join(f'<Choice value="{leaf}"/>' for leaf in leaves)
        return f'<Taxonomy name="t" toName="text"><Choice value="b"/><Choice value="a">{inner}</Choice></Taxonomy>'

    project = world(tree("b", "c"))
    project.annotate([region("t", "taxonomy", {"taxonomy": [["a", "b"]]})])

    assert project.refused(config(tree("c")))["data"]["labels"] == ["t: a / b"]
    assert project.change(config(tree("b"))).status_code == 200
    without_root = tree("b").replace('<Choice value="b"/><Choice value="a">', '<Choice value="a">', 1)
    assert project.change(config(without_root)).status_code == 200


def test_labels_of_shapes_and_of_video_are_found(world):
    objects = '<Image name="text" value="$text"/><Video name="film" value="$text"/>'
    boxes = '<RectangleLabels name="box" toName="text">{}</RectangleLabels>'
    film = '<Labels name="what" toName="film">{}</Labels><VideoRectangle name="v" toName="film"/>'
    car, bus = '<Label value="Car"/>', '<Label value="Bus"/>'
    project = world(boxes.format(car + bus), film.format(car + bus), objects=objects)
    box = {"x": 1, "y": 1, "width": 2, "height": 2, "rectanglelabels": ["Car"]}
    track = {"framesCount": 2, "duration": 1, "sequence": [], "labels": ["Bus"]}
    project.annotate(
        [region("box", "rectanglelabels", box, id="a"), region("v", "videorectangle", track, "film", id="b")]
    )

    assert project.refused(config(boxes.format(bus), film.format(car + bus), objects=objects))["data"]["labels"] == [
        "box: Car"
    ]


def test_copies_of_a_repeated_control_are_found(world):
    def repeated(*controls):
        inner = '<Text name="t{{i}}" value="$x[{{i}}].t"/>' + "".join(controls)
        return f'<Repeater on="$x" indexFlag="{{{{i}}}}">{inner}</Repeater>'

    note, rating = '<TextArea name="n{{i}}" toName="t{{i}}"/>', '<Rating name="r{{i}}" toName="t{{i}}"/>'
    project = world(repeated(note, rating))
    project.annotate([region("n2", "textarea", {"text": ["x"]}, "t2")])

    assert project.refused(config(repeated(rating)))["data"]["controls"] == ["n{{i}}"]
    assert project.change(config(repeated(note))).status_code == 200


def test_first_config_must_know_what_is_there(alpha_client):
    project = World(alpha_client, "<View></View>")
    project.annotate([choice("Weather")])

    assert project.refused(config('<Rating name="r" toName="text"/>'))["data"]["controls"] == ["topic"]
    assert project.change(config(BOTH)).status_code == 200


def test_nothing_stands_in_the_way_of_an_unused_project(world):
    assert world(BOTH).change(config('<Rating name="r" toName="text"/>')).status_code == 200


def test_other_projects_are_no_obstacle(world):
    world(BOTH).annotate([choice("Weather")])
    assert world(BOTH).change(config('<Rating name="r" toName="text"/>')).status_code == 200


def test_tenth_id_is_the_last_that_is_shown(world):
    project = world(BOTH)
    ids, _ = project.annotate(*[[choice("Weather")] for _ in range(12)])
    (found,) = project.refused(config('<Rating name="r" toName="text"/>'))["data"]["in_the_way"]
    assert (found["count"], found["ids"]) == (12, ids[:10])


def test_look_has_a_time_limit_that_ends_with_it(in_alpha, monkeypatch):
    monkeypatch.setattr(usage, "_USES", "SELECT pg_sleep(5)")
    monkeypatch.setattr(usage, "MAX_SECONDS", 0.05)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        before = cursor.fetchone()
        with pytest.raises(ValidationFailedError) as refused:
            uses_of([Watched(name="topic", gone=True)], project_id=1)
        assert "could not be told" in refused.value.validation_errors["label_config"][0]
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == before


def test_one_statement_a_table_whatever_is_watched(in_alpha):
    watched = [Watched(name=f"c{number}", labels=("a", "b")) for number in range(20)]
    with CaptureQueriesContext(connection) as captured, tenant_scope(in_alpha):
        assert uses_of(watched, project_id=1) == []
    looked = [query for query in captured if "jsonb_to_recordset" in query["sql"]]
    assert len(looked) == len(holders_of_results()) >= 2
