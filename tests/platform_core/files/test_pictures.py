from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.files import NotAPictureError, Picture, read_picture
from tests.support.pictures import ALL, png


@pytest.mark.parametrize("extension", ALL)
def test_kind_and_size_are_read_from_the_bytes(extension):
    assert read_picture(ALL[extension](300, 7)) == Picture(extension=extension, width=300, height=7)


@pytest.mark.parametrize("extension", ALL)
@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x05\x06" + b"\0" * 18, b"\n"])
def test_what_goes_on_after_the_picture_is_refused(extension, tail):
    with pytest.raises(NotAPictureError, match=r"follows|cut short"):
        read_picture(ALL[extension]() + tail)


@pytest.mark.parametrize("extension", ALL)
def test_no_beginning_of_a_picture_is_one(extension):
    whole = ALL[extension]()
    for length in range(len(whole)):
        with pytest.raises(NotAPictureError):
            read_picture(whole[:length])


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"BM\0\0\0"])
def test_other_kinds_are_refused(content):
    with pytest.raises(NotAPictureError, match="PNG, JPEG, GIF or WebP"):
        read_picture(content)


def test_picture_without_a_size_is_refused():
    with pytest.raises(NotAPictureError, match="no size"):
        read_picture(png(0, 5))


HEADS = st.sampled_from([kind()[:20] for kind in ALL.values()])


@given(HEADS, st.binary(max_size=200))
def test_any_bytes_are_answered_and_never_fail(head, rest):
    with suppress(NotAPictureError):
        read_picture(head + rest)
