import io

import pytest

from platform_core.api.errors import BadRequestError, PayloadTooLargeError
from platform_core.tasks.reading.source import BoundedStream, ByteSource


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("body", [b"", b"a", b"abcdefgh"])
def test_the_byte_order_mark_is_skipped_and_counted(mark, body):
    source = ByteSource(io.BytesIO(mark + body), max_bytes=100)
    assert source.read_at_least(50) == body
    assert source.position == len(mark + body)
    assert source.at_end
    assert source.read_at_least(50) == b""


@pytest.mark.parametrize("body", [b"", b"ab", b"abcdefgh"])
def test_text_wrappers_read_it(body):
    assert io.BufferedReader(ByteSource(io.BytesIO(body), max_bytes=100), 4).read() == body


def test_readinto_gives_the_rest_of_a_small_buffer_later():
    source = ByteSource(io.BytesIO(b"abcde"), max_bytes=100)
    buffer = bytearray(2)
    assert [(source.readinto(buffer), bytes(buffer)) for _ in range(3)] == [(2, b"ab"), (1, b"cb"), (2, b"de")]
    assert source.readinto(buffer) == 0


def test_a_body_of_exactly_the_limit_passes_and_one_byte_more_does_not():
    assert ByteSource(io.BytesIO(b"abcd"), max_bytes=4).read_at_least(10) == b"abcd"
    with pytest.raises(PayloadTooLargeError) as caught:
        ByteSource(io.BytesIO(b"abcde"), max_bytes=4).read_at_least(10)
    assert caught.value.data == {"limit": 4}


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_is_refused(codec):
    with pytest.raises(BadRequestError, match="UTF-16"):
        ByteSource(io.BytesIO("\ufeffa".encode(codec)), max_bytes=100)


def test_bounded_stream_gives_lines_and_every_byte_unchanged():
    body = b"\xef\xbb\xbfone\ntwo\xff\n"
    stream = io.BufferedReader(BoundedStream(io.BytesIO(body), max_bytes=len(body)))
    assert [stream.readline(), stream.read()] == [b"\xef\xbb\xbfone\n", b"two\xff\n"]


def test_bounded_stream_refuses_one_byte_too_many():
    stream = io.BufferedReader(BoundedStream(io.BytesIO(b"12345"), max_bytes=4))
    with pytest.raises(PayloadTooLargeError):
        stream.read()
