import json

import pytest

from platform_core.api.spools import BROKEN_OFF, MEMORY_BYTES, Spool, marked, spooled


def failing(*blocks):
    yield from blocks
    raise OSError("the database is gone")


def test_spool_has_a_size_and_gives_all_once_written():
    spool = spooled([b"one ", b"two"])
    assert (spool.size, b"".join(spool)) == (7, b"one two")
    spool.close()
    assert spool.file.closed


def test_large_stream_leaves_memory_while_it_comes():
    spool, on_disk = Spool(), []

    def blocks():
        for _ in range(3):
            yield bytes(MEMORY_BYTES // 2 + 1)
            on_disk.append(spool.file._rolled)

    spool.fill(blocks())
    assert (on_disk, spool.size) == ([False, True, True], 3 * (MEMORY_BYTES // 2 + 1))
    spool.close()


def test_failure_is_raised_before_anything_can_be_sent():
    with pytest.raises(OSError, match="gone"):
        spooled(failing(b"half"))


def test_failing_stream_says_so_in_itself_and_is_no_json():
    stream = marked(failing(b'[{"id":1}', b',\n{"id":2}'))
    found = [next(stream) for _ in range(3)]
    with pytest.raises(OSError, match="gone"):
        next(stream)

    assert found[-1] == BROKEN_OFF
    with pytest.raises(ValueError, match="delimiter"):
        json.loads(b"".join(found))


def test_whole_stream_is_unchanged():
    assert list(marked(block for block in (b"a", b"b"))) == [b"a", b"b"]
