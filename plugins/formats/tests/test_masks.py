import contextlib
import io
import json
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenon_formats.masks import MaskError, column_runs, decode_mask, npy, png

PARSED = {
    "brush": {
        "type": "BrushLabels",
        "to_name": ["image"],
        "inputs": [{"type": "Image", "value": "image"}],
        "labels": ["Cat"],
        "labels_attrs": {},
    }
}


def code_of(values, runs):
    """Encode bytes as a brush does: `runs` are (repeated, length), together as long as the values."""
    bits = f"{len(values):032b}{7:05b}{2:04b}{3:04b}{7:04b}{15:04b}"
    place = 0
    for repeated, length in runs:
        kind = next(kind for kind, size in enumerate((3, 4, 8, 16)) if length <= 1 << size)
        bits += f"{int(repeated)}{kind:02b}{length - 1:0{(3, 4, 8, 16)[kind]}b}"
        part = values[place : place + length]
        bits += "".join(f"{value:08b}" for value in (part[:1] if repeated else part))
        place += length
    bits += "0" * (-len(bits) % 8)
    return [int(bits[start : start + 8], 2) for start in range(0, len(bits), 8)]


def rgba(mask):
    return [value for pixel in mask for value in (1, 2, 3, pixel)]


def test_runs_of_single_values_are_read():
    mask = [0, 255, 255, 0, 7, 0]
    assert decode_mask(code_of(rgba(mask), [(False, 10), (False, 14)]), 3, 2) == bytearray(mask)


@given(st.data())
def test_masks_are_read_back(data):
    width, height = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    runs, values = [], []
    while len(values) < width * height * 4:
        left = width * height * 4 - len(values)
        length, repeated = data.draw(st.integers(1, min(left, 300))), data.draw(st.booleans())
        part = [data.draw(st.integers(0, 255))] * length
        if not repeated:
            part = data.draw(st.lists(st.integers(0, 255), min_size=length, max_size=length))
        runs.append((repeated, length))
        values += part

    assert decode_mask(code_of(values, runs), width, height) == bytearray(values[3::4])


@given(st.lists(st.integers(-1, 256), max_size=60), st.integers(-1, 9), st.integers(-1, 9))
def test_anything_is_a_mask_or_an_error(code, width, height):
    with contextlib.suppress(MaskError):
        assert len(decode_mask(code, width, height)) == width * height


@pytest.mark.parametrize(
    "code",
    [
        [],
        [255] * 40,
        code_of(rgba([0, 0]), [(True, 4)]),  # ends too early
        [*code_of(rgba([0]), [(True, 4)]), 0],
    ],
)
def test_code_of_another_size_is_an_error(code):
    with pytest.raises(MaskError):
        decode_mask(code, 2, 1)


def test_huge_image_is_an_error_before_memory_is_taken():
    with pytest.raises(MaskError, match="not written"):
        decode_mask([0] * 10, 2**31, 2**31)


def test_png_is_what_the_specification_says():
    found = png(bytes([0, 255, 7, 9]), 2, 2)

    assert found[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II5B", found[16:29]) == (2, 2, 8, 0, 0, 0, 0)
    assert struct.unpack(">I", found[29:33])[0] == zlib.crc32(found[12:29])
    length = struct.unpack(">I", found[33:37])[0]
    assert zlib.decompress(found[41 : 41 + length]) == b"\0\0\xff\0\x07\x09"
    assert found[-12:] == b"\0\0\0\0IEND\xaeB`\x82"


@pytest.mark.parametrize(("width", "height"), [(2, 3), (1, 1), (12345, 1), (1, 12345)])
def test_npy_is_what_the_specification_says(width, height):
    found = npy(bytes(width * height), width, height)

    assert found[:8] == b"\x93NUMPY\x01\x00"
    (length,) = struct.unpack("<H", found[8:10])
    assert (10 + length) % 64 == 0
    assert found[10 : 10 + length].endswith(b"\n")
    assert f"'shape': ({height}, {width})".encode() in found[10 : 10 + length]
    assert len(found) == 10 + length + width * height


def test_npy_is_read_by_numpy():
    numpy = pytest.importorskip("numpy", reason="numpy is no dependency")
    found = numpy.load(io.BytesIO(npy(bytes(range(6)), 3, 2)))
    assert found.tolist() == [[0, 1, 2], [3, 4, 5]]


def painted(code, label="Cat"):
    return {
        "id": "b",
        "from_name": "brush",
        "to_name": "image",
        "type": "brushlabels",
        "original_width": 2,
        "original_height": 1,
        "value": {"format": "rle", "rle": code, "brushlabels": [label]},
    }


def test_painted_regions_are_files_of_their_own(export, unzipped, task):
    code = code_of(rgba([0, 255]), [(False, 8)])
    drawn = task({"image": "a.jpg"}, [painted(code), painted(code), painted(code, "../x")])

    assert unzipped(export("BRUSH_TO_PNG", [drawn], PARSED)) == {
        f"task-1-annotation-10-by-7-brush-{what}.png": png(bytes([0, 255]), 2, 1)
        for what in ("Cat-0", "Cat-1", "___x-0")
    }
    assert next(iter(unzipped(export("BRUSH_TO_NUMPY", [drawn], PARSED)))).endswith("-brush-Cat-0.npy")


def test_broken_mask_names_task_and_annotation(export, task):
    with pytest.raises(ValueError, match="Annotation 10 of task 1: the code holds"):
        export("BRUSH_TO_PNG", [task({"image": "a.jpg"}, [painted([0] * 8)])], PARSED)


@given(st.integers(1, 7), st.integers(1, 7), st.data())
def test_runs_of_columns_hold_the_mask(width, height, data):
    mask = bytes(data.draw(st.lists(st.sampled_from([0, 0, 9, 255]), min_size=width * height, max_size=width * height)))
    runs = column_runs(mask, width)
    if not any(mask):
        assert runs is None
        return

    down = [bool(place % 2) for place, count in enumerate(runs.counts) for _ in range(count)]
    assert down == [mask[y * width + x] > 0 for x in range(width) for y in range(height)]
    assert runs.area == sum(down)
    left, top, across, height_of = runs.bounds
    inside = [(x, y) for x in range(width) for y in range(height) if mask[y * width + x]]
    assert (left, top) == (min(x for x, _ in inside), min(y for _, y in inside))
    assert (left + across - 1, top + height_of - 1) == (max(x for x, _ in inside), max(y for _, y in inside))


def test_masks_are_written_as_coco(task, export, unzipped):
    """By hand: 3 across, 2 down; painted are the middle column and the pixel below left."""
    mask = [0, 255, 0, 255, 255, 0]
    painted = {
        "id": "r",
        "from_name": "brush",
        "to_name": "image",
        "type": "brushlabels",
        "original_width": 3,
        "original_height": 2,
        "value": {"format": "rle", "rle": code_of(rgba(mask), [(False, 10), (False, 14)]), "brushlabels": ["Cat"]},
    }
    found = unzipped(export("BRUSH_TO_COCO", [task({"image": "a.png"}, [painted])], PARSED))["result.json"]
    (row,) = json.loads(found)["annotations"]

    assert row["segmentation"] == {"size": [2, 3], "counts": [1, 3, 2]}
    assert (row["area"], row["bbox"], row["category_id"]) == (3, [0, 0, 2, 2], 0)
    assert json.loads(found)["categories"] == [{"id": 0, "name": "Cat"}]
