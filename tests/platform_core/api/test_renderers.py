import datetime as dt

import pytest
from rest_framework.response import Response

from platform_core.api.json import RawJSON
from platform_core.api.renderers import JSONRenderer


def rendered(data, **options):
    response = Response(data, **options)
    response.accepted_renderer = JSONRenderer()
    response.accepted_media_type = "application/json"
    response.renderer_context = {}
    return response.render()


@pytest.mark.parametrize("data", [b'{"raw": true}', RawJSON(b'{"raw": true}')])
def test_renderer_passes_serialized_json_through(data):
    response = rendered(data)
    assert response.content == b'{"raw": true}'
    assert response["content-type"] == "application/json"


def test_renderer_puts_raw_json_inside_an_answer():
    assert rendered({"tasks": RawJSON(b"[1, 2]"), "total": 2}).content == b'{"tasks":[1, 2],"total":2}'


def test_renderer_writes_times_in_utc():
    moment = dt.datetime(2026, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    assert rendered({"at": moment}).content == b'{"at":"2026-01-01T15:00:00.000000Z"}'


def test_renderer_gives_no_body_for_none():
    response = rendered(None, status=204)
    assert response.content == b""
    assert "content-type" not in response
