"""Data sets of images become tasks with the work in them; hostile ones are refused with the place of the fault."""

import contextlib
import io
import json
import struct
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tenon_formats.importers import coco, nesting, packed
from tenon_formats.importers.coco import COCO
from tenon_formats.importers.image_archive import IMAGE_ARCHIVE

from platform_core.sdk import ImportContext, ImportFormatError


def control(kind):
    labels = {"Cat": {}, "Dog": {}}
    return {"type": kind, "to_name": ["image"], "inputs": [{"type": "Image", "value": "image"}], "labels": list(labels)}


BOTH = {"box": control("RectangleLabels"), "outline": control("PolygonLabels")}
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", 200, 100)


def read(spec, content, parsed=BOTH, uploads=()):
    context = ImportContext(parsed=parsed, address_of=dict(uploads).get)
    return list(spec.read_for(io.BytesIO(content), context))


def coco_file(**changes):
    found = {
        "images": [
            {"id": 3, "file_name": "cat.png", "width": 200, "height": 100},
            {"id": 4, "file_name": "b.png"} | {"width": 10, "height": 10},
        ],
        "categories": [{"id": 1, "name": "Cat"}, {"id": 2, "name": "Dog"}],
        "annotations": [
            {"id": 1, "image_id": 3, "category_id": 1, "bbox": [20, 20, 60, 40], "segmentation": []},
            {"id": 2, "image_id": 3, "category_id": 2, "segmentation": [[0, 0, 100, 0, 100, 50]]},
        ],
    }
    return json.dumps({**found, **changes}).encode()


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def test_coco_becomes_boxes_and_polygons_in_percent():
    cat, plain = read(COCO, coco_file(), uploads={"cat.png": "/data/upload/1/x-cat.png"})
    box, outline = cat.annotations[0]["result"]

    assert (cat.data, plain.data) == ({"image": "/data/upload/1/x-cat.png"}, {"image": "b.png"})
    assert (plain.annotations, plain.predictions, cat.predictions) == ([], [], [])
    assert (box["from_name"], box["to_name"], box["type"]) == ("box", "image", "rectanglelabels")
    assert box["value"] == {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["Cat"]}
    assert (box["original_width"], box["original_height"]) == (200, 100)
    assert outline["value"] == {"points": [[0, 0], [50, 0], [50, 50]], "closed": True, "polygonlabels": ["Dog"]}


def test_shapes_take_the_control_that_the_project_has():
    only = {"outline": BOTH["outline"]}
    (first, second), _ = (
        [one["value"] for one in task.annotations[0]["result"]] if task.annotations else []
        for task in read(COCO, coco_file(), only)
    )
    assert first["points"] == [[10, 20], [40, 20], [40, 60], [10, 60]]
    assert len(second["points"]) == 3

    only = {"box": BOTH["box"]}
    result = read(COCO, coco_file(), only)[0].annotations[0]["result"]
    assert [one["type"] for one in result] == ["rectanglelabels"] * 2


def test_scores_make_a_prediction_and_web_addresses_are_kept():
    images = [{"id": "a", "file_name": "x.png", "width": 10, "height": 10, "coco_url": "https://a.example/x.png"}]
    rows = [{"id": 1, "image_id": "a", "category_id": 1, "bbox": [0, 0, 5, 5], "score": score} for score in (0.5, 1)]
    (task,) = read(COCO, coco_file(images=images, annotations=rows))

    assert task.data == {"image": "https://a.example/x.png"}
    assert (task.annotations, task.predictions[0]["score"]) == ([], 0.75)
    assert [one["score"] for one in task.predictions[0]["result"]] == [0.5, 1.0]


BOX = {"id": 9, "image_id": 3, "category_id": 1, "bbox": [0, 0, 1, 1]}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"images": []}, "has no images"),
        (
            {"images": [{"id": 3, "file_name": "a", "width": 0, "height": 1}]},
            "annotation|item 0: the image needs width",
        ),
        ({"images": [{"id": 3, "width": 1, "height": 1}]}, "item 0: the image has no file_name"),
        ({"images": [{"id": 3, "file_name": "a"}] * 2}, "same id"),
        ({"images": [7]}, "must be objects"),
        ({"annotations": [{**BOX, "image_id": 8}]}, "Annotation 9 is of image 8"),
        ({"annotations": [{**BOX, "category_id": 8}]}, "item 0: annotation 9 is of category 8"),
        ({"annotations": [{**BOX, "bbox": [0, 0, -1, 1]}]}, "item 0: annotation 9 has neither"),
        ({"annotations": [{**BOX, "bbox": "x", "segmentation": [[1, 2, 3]]}]}, "annotation 9 has neither"),
        ({"categories": [{"id": 1}]}, "no name"),
    ],
)
def test_wrong_coco_is_refused_with_its_place(changes, problem):
    with pytest.raises(ImportFormatError, match=problem):
        read(COCO, coco_file(**changes))


def test_large_broken_and_deep_coco_is_refused(monkeypatch):
    for content in (coco_file()[:-9], b'{"images":[{"a":' + b"[" * 100_000, b"\xff\xfe", b"[1]"):
        with pytest.raises(ImportFormatError):
            read(COCO, content)
    monkeypatch.setattr(coco, "MAX_BYTES", 10)
    with pytest.raises(ImportFormatError, match="at most 10 bytes"):
        read(COCO, coco_file())


@pytest.mark.parametrize("text", ['a"b', "[[[", "}", "\\", '\\"', "\\\\", "\n[", "é"])
def test_brackets_in_texts_are_no_nesting(text, monkeypatch):
    images = [{"id": 3, "file_name": text * 40 + "x", "width": 1, "height": 1}]
    for size in (1, 7, 1000):
        monkeypatch.setattr(nesting, "BLOCK_BYTES", size)
        (task,) = read(COCO, coco_file(images=images, annotations=[]))
        assert task.data == {"image": text * 40 + "x"}


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000, "[" * 40 + "]" * 40])
def test_depth_costs_nothing(deep):
    begun = time.process_time()
    with pytest.raises(ImportFormatError, match="nested deeper"):
        read(COCO, b'{"images":[{"a":' + deep.encode() + b"}]}")
    assert time.process_time() - begun < 2


def test_project_without_image_or_drawing_is_told_so():
    with pytest.raises(ImportFormatError, match="need a label config with an Image"):
        read(COCO, coco_file(), {})
    with pytest.raises(ImportFormatError, match="label config of a project"):
        list(COCO.read(io.BytesIO(coco_file())))


def test_coco_is_recognised_and_plain_tasks_are_not():
    assert COCO.sniff(coco_file()[:4096], "instances.json")
    assert not COCO.sniff(coco_file()[:4096], "")
    assert not COCO.sniff(b'[{"images": [], "file_name": "x"}]', "tasks.json")


def yolo(**changes):
    files = {
        "classes.txt": "Cat\nDog\n",
        "labels/cat.txt": "0 0.25 0.4 0.3 0.4\n\n1 0 0 0.5 0 0.5 0.5\n",
        "labels/dog.txt": "1 0.5 0.5 1 1 0.9\n",
        "images/cat.png": PNG,
    }
    return zipped({**files, **changes})


def test_yolo_becomes_boxes_polygons_and_scored_predictions():
    cat, dog = read(IMAGE_ARCHIVE, yolo(), uploads={"dog.jpg": "/data/upload/1/y-dog.jpg"})
    box, outline = cat.annotations[0]["result"]

    assert (cat.data, dog.data) == ({"image": "cat.png"}, {"image": "/data/upload/1/y-dog.jpg"})
    found = [round(box["value"][name], 6) for name in ("x", "y", "width", "height")]
    assert (found, box["original_width"], box["original_height"]) == ([10, 20, 30, 40], 200, 100)
    assert outline["value"]["points"] == [[0, 0], [50, 0], [50, 50]]
    assert (dog.annotations, dog.predictions[0]["score"]) == ([], 0.9)
    assert "original_width" not in dog.predictions[0]["result"][0]


@pytest.mark.parametrize(
    "line",
    [
        "2 0 0 1 1",
        "-1 0 0 1 1",
        "x 0 0 1 1",
        "0 0 0 1",
        "0 0 0 1 7",
        "0 nan 0 1 1",
        "0 1e999 0 1 1",
        "0",
        "0 0 0 1 1 1 1 1",
    ],
)
def test_wrong_yolo_line_is_named(line):
    with pytest.raises(ImportFormatError, match=r"item 1: labels/dog\.txt:2 must be a class") as refusal:
        read(IMAGE_ARCHIVE, yolo(**{"labels/dog.txt": f"0 0 0 1 1\n{line}"}))
    assert refusal.value.item == 1


def voc(objects="", size="<size><width>200</width><height>100</height></size>", before=""):
    return f"{before}<annotation><filename>../../etc/cat.png</filename>{size}{objects}</annotation>"


OBJECT = (
    "<object><name>Cat</name><bndbox><xmin>21</xmin><ymin>21</ymin><xmax>80</xmax><ymax>60</ymax></bndbox></object>"
)


def test_voc_becomes_boxes_and_its_file_name_is_no_path_to_an_upload():
    asked = []
    context = ImportContext(parsed=BOTH, address_of=asked.append)
    (task,) = IMAGE_ARCHIVE.read_for(io.BytesIO(zipped({"Annotations/a.xml": voc(OBJECT)})), context)
    (box,) = task.annotations[0]["result"]

    assert asked == ["cat.png"]
    assert {name: round(box["value"][name], 6) for name in ("x", "y", "width", "height")} == {
        "x": 10,
        "y": 20,
        "width": 30,
        "height": 40,
    }


BOMB = '<!DOCTYPE a [<!ENTITY b "' + "x" * 1000 + '"><!ENTITY c "' + "&b;" * 1000 + '">]>'


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (voc(OBJECT, before=BOMB).replace("Cat", "&c;"), "DTD or entities are refused"),
        (voc(before='<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "DTD or entities"),
        ("<annotation", "no XML"),
        ("", "no XML"),
        ("<a>" * 20_000, "no XML"),
        (voc(size=""), "no size"),
        (voc(OBJECT.replace("21</xmin>", "99</xmin>")), "needs a name and a bndbox"),
        (voc(OBJECT.replace("21</xmin>", "nan</xmin>")), "needs a name and a bndbox"),
        (voc("<object/>"), "needs a name and a bndbox"),
    ],
)
def test_hostile_or_wrong_voc_is_refused_with_its_item(document, problem):
    files = {"Annotations/a.xml": voc(OBJECT), "Annotations/b.xml": document}
    with pytest.raises(ImportFormatError, match=f"item 1: .*{problem}"):
        read(IMAGE_ARCHIVE, zipped(files))


def test_bombs_cost_nothing():
    begun = time.process_time()
    with pytest.raises(ImportFormatError, match="over 1,048,576 bytes"):
        read(IMAGE_ARCHIVE, yolo(**{"labels/dog.txt": bytes(20_000_000)}))
    with pytest.raises(ImportFormatError, match="over 1,048,576 bytes"):
        read(IMAGE_ARCHIVE, zipped({"Annotations/a.xml": b" " * 20_000_000}))
    # An image is looked at only as far as its size.
    assert len(read(IMAGE_ARCHIVE, yolo(**{"images/cat.png": PNG + bytes(20_000_000)}))) == 2
    assert time.process_time() - begun < 10


def test_archives_with_too_many_files_or_too_much_in_them_are_refused(monkeypatch):
    monkeypatch.setattr(packed, "MAX_TEXTS_BYTES", 20)
    with pytest.raises(ImportFormatError, match="together are too large"):
        read(IMAGE_ARCHIVE, yolo())
    monkeypatch.setattr(packed, "MAX_ENTRIES", 3)
    with pytest.raises(ImportFormatError, match="over 3 files"):
        read(IMAGE_ARCHIVE, yolo())
    monkeypatch.setattr(packed, "MAX_TABLE_BYTES", 3)
    with pytest.raises(ImportFormatError, match="Zip64"):
        read(IMAGE_ARCHIVE, yolo())


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"PK\x05\x06", yolo()[:-3], yolo()[40:], zipped({"a.bin": b"x"})]
)
def test_what_is_no_archive_of_images_is_refused(content):
    with pytest.raises(ImportFormatError):
        read(IMAGE_ARCHIVE, content)


WHOLE = yolo()


@settings(max_examples=60)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8))
def test_damaged_archive_is_read_or_refused_and_nothing_else(place, damage):
    with contextlib.suppress(ImportFormatError):
        read(IMAGE_ARCHIVE, WHOLE[:place] + damage + WHOLE[place + len(damage) :])
