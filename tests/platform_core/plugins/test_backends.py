"""What the platform does with models and stores that misbehave; the examples show some that do not."""

from datetime import UTC, datetime
from io import BytesIO

import pytest

from platform_core.api.errors import NotFoundError, PluginFailedError, ValidationFailedError
from platform_core.plugins.backend_registrations import (
    MLBackendSpec,
    MLContext,
    MLPrediction,
    MLTask,
    MLTraining,
    NavigationItem,
    StorageBackendSpec,
    StorageContext,
    StoredObject,
)
from platform_core.plugins.backends import ml_backends, open_storage, predict, train
from platform_core.plugins.errors import BackendError, BackendFailedError
from platform_core.plugins.loader import use_registry
from platform_core.plugins.models import Activation
from tests.support.loaded_plugins import loaded, registry_of

SCHEMA = {"type": "object", "required": ["bucket"], "properties": {"bucket": {"type": "string"}}}
WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def model(predict_, **values):
    return MLBackendSpec(key="m", title="M", description="A model.", predict=predict_, **values)


def echo(_context, tasks):
    return [MLPrediction(task_id=task.id, result=[], score=0.5) for task in tasks]


@pytest.fixture
def having(in_alpha):
    """Return a context manager in whose block the plugin `p` brings these models and stores."""
    Activation.objects.create(slug="p", state="enabled", version="1.0")

    def make(*models, stores=()):
        hooks = {
            "register_ml_backends": lambda _self: list(models),
            "register_storage_backends": lambda _self: list(stores),
        }
        return use_registry(registry_of(loaded("p", **hooks)))

    return make


@pytest.fixture
def context(in_alpha):
    return MLContext(organization=in_alpha, project_id=1, parsed={})


TASKS = [MLTask(id=number, data={}) for number in range(5)]


def test_tasks_go_to_the_model_in_batches_as_they_are_asked_for(having, context):
    sizes, read = [], []

    def counting(context, tasks):
        sizes.append(len(tasks))
        return echo(context, tasks)

    def tasks():
        for task in TASKS:
            read.append(task.id)
            yield task

    with having(model(counting, batch_size=2)):
        answers = predict("p.m", context, tasks())
        assert next(answers).task_id == 0
        assert read == [0, 1]
        assert [item.task_id for item in answers] == [1, 2, 3, 4]
    assert sizes == [2, 2, 1]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda _context, _tasks: [MLPrediction(task_id=99, result=[])],
        lambda _context, tasks: [MLPrediction(task_id=tasks[0].id, result=[])] * 2,
        lambda _context, _tasks: ["calm"],
        lambda _context, _tasks: None,
        lambda _context, tasks: [MLPrediction(task_id=tasks[0].id, result=[], score=float("nan"))],
        lambda _context, _tasks: 1 / 0,
    ],
    ids=["unknown task", "twice", "wrong type", "nothing", "no score", "raises"],
)
def test_model_that_answers_nonsense_is_named_with_an_incident(having, context, wrong):
    with having(model(wrong)), pytest.raises(PluginFailedError) as failure:
        list(predict("p.m", context, TASKS))

    assert (failure.value.data["plugin"], failure.value.data["backend"]) == ("p", "p.m")
    assert failure.value.data["incident_id"] in failure.value.detail


def test_what_a_person_can_put_right_is_told_in_the_words_of_the_plugin(having, context):
    def refuse(_context, _tasks):
        raise BackendError("Buy more words.", kind="denied")

    with having(model(refuse)), pytest.raises(BackendFailedError, match="Buy more words") as refused:
        list(predict("p.m", context, TASKS))

    assert refused.value.data["kind"] == "denied"


def test_model_that_is_not_there_cannot_learn_or_has_wrong_options_is_refused(having, context):
    learning = model(
        echo, train=lambda _context, tasks: MLTraining(version="1", artifact=b"", examples=len(list(tasks)))
    )
    with having(learning):
        assert train("p.m", context, TASKS).examples == 5
        assert ml_backends()["p.m"].capabilities == {"predict", "train"}
        with pytest.raises(NotFoundError, match=r"no model 'p\.other' here; there are p\.m"):
            train("p.other", context, TASKS)
    with having(model(echo)), pytest.raises(ValidationFailedError, match="cannot be trained"):
        train("p.m", context, TASKS)
    with having(model(echo, options_schema=SCHEMA)), pytest.raises(ValidationFailedError) as wrong:
        list(predict("p.m", context, TASKS))
    assert wrong.value.validation_errors == {"options": ["'bucket' is a required property"]}


class Shop:
    """A store whose answers a test chooses."""

    def __init__(self, **answers):
        self.answers = answers

    def __getattr__(self, name):
        if name not in self.__dict__.get("answers", {}):
            raise AttributeError(name)
        return lambda *_arguments: self.answers[name]


def item(key):
    return StoredObject(key=key, size=1, etag="1", modified_at=WHEN)


def store(shop, *capabilities):
    return StorageBackendSpec(
        key="s",
        title="S",
        description="A store.",
        open=lambda _context: shop,
        capabilities=frozenset(capabilities or ("read", "write", "delete", "link")),
        options_schema=SCHEMA,
    )


@pytest.fixture
def opened(having, in_alpha):
    def make(shop, *capabilities):
        with having(stores=[store(shop, *capabilities)]):
            return open_storage("p.s", StorageContext(organization=in_alpha, options={"bucket": "b"}))

    return make


RIGHT = {
    "check": None,
    "list": [item("a")],
    "read": b"x",
    "write": item("a"),
    "delete": None,
    "link": "https://x.example",
}


def test_store_answers_through_the_platform(opened):
    shop = opened(Shop(**RIGHT))
    shop.check()
    shop.delete("a")

    assert [found.key for found in shop.objects(page=5)] == ["a"]
    assert (shop.read("a", length=1), shop.link("a", seconds=5)) == (b"x", "https://x.example")
    assert shop.write("a", BytesIO(b"x")).key == "a"


@pytest.mark.parametrize(
    ("answers", "act"),
    [
        ({"check": "fine"}, lambda shop: shop.check()),
        ({"list": [item("b"), item("a")]}, lambda shop: list(shop.objects())),
        ({"list": [item("a")]}, lambda shop: list(shop.objects("x/"))),
        ({"list": [item("a"), item("b")]}, lambda shop: list(shop.objects(page=1))),
        ({"list": ["a"]}, lambda shop: list(shop.objects())),
        ({"read": b"xx"}, lambda shop: shop.read("a", length=1)),
        ({"read": "x"}, lambda shop: shop.read("a", length=1)),
        ({"link": None}, lambda shop: shop.link("a", seconds=5)),
    ],
    ids=["check", "unordered", "prefix", "too many", "type", "too long", "text", "no link"],
)
def test_store_that_answers_nonsense_is_named(opened, answers, act):
    with pytest.raises(PluginFailedError, match=r"'p\.s' failed"):
        act(opened(Shop(**{**RIGHT, **answers})))


def test_store_without_what_it_promises_is_not_opened(opened):
    with pytest.raises(PluginFailedError):
        opened(Shop(check=None, list=[]))
    with pytest.raises(ValidationFailedError, match="cannot write"):
        opened(Shop(check=None, list=[], read=b""), "read").write("a", BytesIO())


@pytest.mark.parametrize(
    "make",
    [
        lambda: model(echo, batch_size=0),
        lambda: model(echo, options_schema={"type": "string"}),
        lambda: store(None, "fly"),
        lambda: BackendError("x", kind="odd"),
        lambda: NavigationItem(key="k", title="T", path="/absolute/", permission="p.x.view"),
        lambda: NavigationItem(key="k", title="T", path="a/../b", permission="p.x.view"),
        lambda: NavigationItem(key="k", title="T", path="javascript:x", permission="p.x.view"),
    ],
)
def test_wrong_registrations_are_refused_where_they_are_written(make):
    with pytest.raises(ValueError, match=r"is|are|must"):
        make()
