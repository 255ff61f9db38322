import io

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from platform_core.api.errors import BadRequestError, PayloadTooLargeError, UnsupportedMediaTypeError
from platform_core.api.parsers import JSONParser


def request(body, content_type="application/json", **extra):
    raw = APIRequestFactory().generic("POST", "/", body, content_type=content_type, **extra)
    return Request(raw, parsers=[JSONParser()])


def test_parser_reads_a_body_through_drf():
    assert request(b'{"a": [1]}').data == {"a": [1]}


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_parser_reads_an_empty_body_as_an_empty_object(body):
    assert JSONParser().parse(io.BytesIO(body), "application/json", {}) == {}
    assert request(body).data == {}


def test_parser_refuses_what_is_not_strict_json():
    with pytest.raises(BadRequestError, match=r"NaN and Infinity are not JSON \(line 1, column 7\)"):
        _ = request(b'{"a": NaN}').data


def test_parser_refuses_a_deep_body_without_recursion():
    with pytest.raises(BadRequestError, match="depth limit exceeded"):
        _ = request(b"[" * 100_000).data


def test_parser_accepts_a_body_of_exactly_the_limit(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 8
    assert request(b'{"a": 1}').data == {"a": 1}


def test_parser_refuses_a_body_whose_announced_length_is_over_the_limit(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    with pytest.raises(PayloadTooLargeError) as caught:
        _ = request(b"[1]", CONTENT_LENGTH="1001").data
    assert caught.value.data == {"limit": 1000}


def test_parser_does_not_read_a_body_that_announces_too_much(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 4
    stream = io.BytesIO(b"[1, 2]")
    with pytest.raises(PayloadTooLargeError):
        JSONParser().parse(stream, "application/json", {"request": request(b"[1, 2]")})
    assert stream.tell() == 0


def test_parser_refuses_a_body_that_is_longer_than_announced(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 4
    with pytest.raises(PayloadTooLargeError, match="over the limit of 4 bytes"):
        JSONParser().parse(io.BytesIO(b"[1, 2]"), "application/json", {})


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_parser_accepts_a_declared_utf8(charset):
    assert request(b"[1]", f"application/json; charset={charset}").data == [1]


def test_parser_refuses_another_charset():
    with pytest.raises(UnsupportedMediaTypeError) as caught:
        _ = request(b"[1]", "application/json; charset=utf-16").data
    assert caught.value.data == {"charset": "utf-16"}


def test_parser_reads_a_body_whose_server_puts_the_length_elsewhere():
    raw = APIRequestFactory().generic("POST", "/", b'{"a": 1}', content_type="application/json")
    raw.META["HTTP_CONTENT_LENGTH"] = raw.META.pop("CONTENT_LENGTH")
    assert Request(raw, parsers=[JSONParser()]).data == {"a": 1}
