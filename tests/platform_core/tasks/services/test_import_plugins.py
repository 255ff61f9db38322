import dataclasses
import io
import math

import pytest

from platform_core.api.errors import PluginFailedError, ValidationFailedError
from platform_core.plugins.errors import ImportFormatError
from platform_core.plugins.registrations import ImportedTask, ImporterSpec
from platform_core.tasks.services import import_plugins
from platform_core.tasks.services.import_plugins import tasks_of_importer


def importer(read):
    return ImporterSpec(
        key="k", title="K", description="K.", content_types=(), extensions=(), sniff=lambda _h, _n: True, read=read
    )


def tasks_of(*tasks):
    return list(tasks_of_importer(importer(lambda _stream: iter(tasks)), io.BytesIO()))


def test_tasks_come_through_with_their_work():
    first = ImportedTask(item=0, data={"text": "a"}, meta={"m": 1}, annotations=[{"result": []}])
    (task,) = tasks_of(first)

    assert (task.data, task.meta, task.annotations, task.predictions) == ({"text": "a"}, {"m": 1}, [{"result": []}], [])


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"data": {"text": "a\x00b"}}, "data.text"),
        ({"data": {"n": math.nan}}, "data.n"),
        ({"data": {"text": "\ud800"}}, "data.text"),
        ({"data": {"n": 2**70}}, "data.n"),
        ({"data": ["text"]}, "data"),
        ({"meta": {"list": [{"deep": "\x00"}]}}, "meta.list.0.deep"),
        ({"annotations": [{"result": "none"}]}, "annotations[0].result"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_item_and_key(changes, place):
    bad = ImportedTask(**{"item": 1, "data": {"text": "a"}, **changes})
    with pytest.raises(ValidationFailedError) as caught:
        tasks_of(ImportedTask(item=0, data={"text": "a"}), bad)

    assert caught.value.data == {"item": 1, "key": place}
    assert place in caught.value.validation_errors["non_field_errors"][0]


def test_wrong_format_is_the_clients_error():
    def read(_stream):
        yield ImportedTask(item=0, data={"text": "a"})
        raise ImportFormatError("no such column", item=1, line=3, key="text")

    with pytest.raises(ValidationFailedError, match="no such column"):
        list(tasks_of_importer(importer(read), io.BytesIO()))


@pytest.mark.parametrize("error", [RuntimeError("secret"), SystemExit(1), RecursionError()])
def test_importer_that_breaks_is_named_by_an_incident_only(error):
    def read(_stream):
        yield ImportedTask(item=0, data={"text": "a"})
        raise error

    with pytest.raises(PluginFailedError) as caught:
        list(tasks_of_importer(importer(read), io.BytesIO(), key="weather.metar"))

    assert caught.value.data["plugin"] == "weather"
    assert "secret" not in f"{caught.value} {caught.value.data}"


def test_importer_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(import_plugins, "READ_SECONDS", 0.05)

    def read(_stream):
        while True:
            yield from ()

    with pytest.raises(PluginFailedError):
        list(tasks_of_importer(importer(read), io.BytesIO(), key="weather.metar"))


def test_importer_that_fails_at_recognising_has_not_recognised():
    def sniff(_head, _name):
        raise RuntimeError

    spec = dataclasses.replace(importer(iter), sniff=sniff)

    assert import_plugins.recognises("weather.metar", spec, b"", "a.csv") is False
