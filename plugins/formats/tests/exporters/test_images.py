"""Boxes and polygons: the expected files are written by hand from the formats' own descriptions."""

import json
import xml.etree.ElementTree as ET

import pytest

PARSED = {
    "box": {
        "type": "RectangleLabels",
        "to_name": ["image"],
        "inputs": [{"type": "Image", "value": "image"}],
        "labels": ["Dog", "Cat"],
        "labels_attrs": {"Dog": {}, "Cat": {}},
    },
    "outline": {
        "type": "PolygonLabels",
        "to_name": ["image"],
        "inputs": [{"type": "Image", "value": "image"}],
        "labels": ["Cat"],
        "labels_attrs": {"Cat": {}},
    },
}


def box(label, x, y, width, height, rotation=0, region="r1"):
    value = {"x": x, "y": y, "width": width, "height": height, "rotation": rotation, "rectanglelabels": [label]}
    return {
        "id": region,
        "from_name": "box",
        "to_name": "image",
        "type": "rectanglelabels",
        "original_width": 200,
        "original_height": 100,
        "value": value,
    }


def polygon(label, *points):
    return {
        "id": "p1",
        "from_name": "outline",
        "to_name": "image",
        "type": "polygonlabels",
        "original_width": 200,
        "original_height": 100,
        "value": {"points": [list(point) for point in points], "polygonlabels": [label]},
    }


@pytest.fixture
def cats(task):
    """An image with a box and a triangle, and one without any annotation."""
    drawn = [box("Cat", 10, 20, 30, 40), polygon("Dog", (0, 0), (50, 0), (0, 50))]
    return [
        task({"image": "/data/upload/1/cats.jpg"}, drawn, number=1),
        task({"image": "s3://bucket/empty.png"}, number=2),
    ]


def test_coco_has_images_shapes_and_categories(export, unzipped, cats):
    (files,) = [unzipped(export("COCO", cats, PARSED))]
    assert list(files) == ["result.json"]
    found = json.loads(files["result.json"])

    assert found["images"] == [
        {"id": 0, "width": 200, "height": 100, "file_name": "images/cats.jpg"},
        {"id": 1, "width": None, "height": None, "file_name": "images/empty.png"},
    ]
    assert found["categories"] == [{"id": 0, "name": "Cat"}, {"id": 1, "name": "Dog"}]
    assert found["annotations"] == [
        {
            "id": 0,
            "image_id": 0,
            "category_id": 0,
            "segmentation": [],
            "bbox": [20.0, 20.0, 60.0, 40.0],
            "iscrowd": 0,
            "area": 2400.0,
        },
        {
            "id": 1,
            "image_id": 0,
            "category_id": 1,
            "segmentation": [[0.0, 0.0, 100.0, 0.0, 0.0, 50.0]],
            "bbox": [0.0, 0.0, 100.0, 50.0],
            "iscrowd": 0,
            "area": 2500.0,
        },
    ]


def test_coco_of_nothing_is_valid(export, unzipped):
    found = json.loads(unzipped(export("COCO", [], PARSED))["result.json"])
    assert (found["images"], found["annotations"]) == ([], [])


def test_numbers_of_categories_may_come_from_the_config(export, unzipped, cats):
    labels = {"Dog": {"category": "7"}, "Cat": {"category": "x"}}
    parsed = {**PARSED, "box": {**PARSED["box"], "labels_attrs": labels}}
    found = json.loads(unzipped(export("COCO", cats, parsed))["result.json"])

    assert found["categories"] == [{"id": 0, "name": "Cat"}, {"id": 7, "name": "Dog"}]


def test_yolo_has_a_file_an_image_with_parts_of_the_image(export, unzipped, cats):
    files = unzipped(export("YOLO", cats, PARSED))

    assert files["classes.txt"] == b"Cat\nDog\n"
    assert files["labels/cats.txt"] == b"0 0.25 0.4 0.3 0.4\n1 0 0 0.5 0 0 0.5\n"
    assert files["labels/empty.txt"] == b""
    assert json.loads(files["notes.json"])["categories"] == [{"id": 0, "name": "Cat"}, {"id": 1, "name": "Dog"}]


def test_yolo_obb_has_the_corners_of_turned_boxes(export, unzipped, task):
    turned = task({"image": "a.jpg"}, [box("Cat", 50, 50, 10, 20, rotation=90)])
    files = unzipped(export("YOLO_OBB", [turned], PARSED))

    # 20 by 20 pixels at (100, 50), turned by 90 degrees around that corner: it reaches to the left and down.
    assert files["labels/a.txt"] == b"0 0.5 0.5 0.5 0.7 0.4 0.7 0.4 0.5\n"


def test_turned_box_is_an_upright_box_around_it_elsewhere(export, unzipped, task):
    turned = task({"image": "a.jpg"}, [box("Cat", 50, 50, 10, 20, rotation=90)])

    assert unzipped(export("YOLO", [turned], PARSED))["labels/a.txt"] == b"0 0.45 0.6 0.1 0.2\n"
    (shape,) = json.loads(unzipped(export("COCO", [turned], PARSED))["result.json"])["annotations"]
    assert [round(value, 6) for value in shape["bbox"]] == [80, 50, 20, 20]
    assert round(shape["area"], 6) == 400


def test_voc_counts_pixels_from_one_and_includes_the_last(export, unzipped, task):
    picture = task({"image": "/data/upload/1/a&b.jpg"}, [box("Cat <1>", 10, 20, 30, 40)])
    (name,) = files = unzipped(export("VOC", [picture], PARSED))
    found = ET.fromstring(files[name])

    assert name == "Annotations/a_b.xml"
    assert [found.findtext(f"size/{part}") for part in ("width", "height", "depth")] == ["200", "100", "3"]
    assert found.findtext("object/name") == "Cat <1>"
    # Pixels 20 to 80 across and 20 to 60 down, counted from 0 at their left edge.
    corners = [found.findtext(f"object/bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax")]
    assert corners == ["21", "21", "80", "60"]


def test_ground_truth_is_chosen_else_the_newest(export, unzipped, task, annotation):
    old = annotation([box("Dog", 0, 0, 10, 10)], number=1, created_at="2026-01-01T00:00:00.000000Z")
    new = annotation([box("Cat", 0, 0, 10, 10)], number=2, created_at="2026-01-02T00:00:00.000000Z")
    skipped = annotation([], number=3, was_cancelled=True, created_at="2026-01-03T00:00:00.000000Z")

    def label(*annotations):
        made = task({"image": "a.jpg"}, annotations=list(annotations))
        return unzipped(export("YOLO", [made], PARSED))["labels/a.txt"][:1]

    assert label(old, new, skipped) == b"0"
    assert label({**old, "ground_truth": True}, new, skipped) == b"1"


def test_box_and_its_label_may_be_two_results(export, unzipped, task):
    parsed = {
        "box": {**PARSED["box"], "type": "Rectangle", "labels": []},
        "tag": {**PARSED["box"], "type": "Labels", "labels": ["Cat"]},
    }
    drawn = box("x", 10, 20, 30, 40)
    del drawn["value"]["rectanglelabels"]
    label = {**drawn, "from_name": "tag", "type": "labels", "value": {"labels": ["Cat"]}}

    files = unzipped(export("YOLO", [task({"image": "a.jpg"}, [{**drawn, "type": "rectangle"}, label])], parsed))

    assert files["labels/a.txt"] == b"0 0.25 0.4 0.3 0.4\n"


def test_labels_that_come_from_the_data_get_numbers_of_their_own(export, unzipped, task):
    files = unzipped(export("YOLO", [task({"image": "a.jpg"}, [box("Bird", 0, 0, 10, 10)])], PARSED))

    assert files["classes.txt"] == b"Cat\nDog\nBird\n"
    assert files["labels/a.txt"].startswith(b"2 ")


def test_images_of_one_name_get_files_of_their_own(export, unzipped, task):
    pictures = [task({"image": f"s3://bucket/{number}/IMG.jpg"}, number=number) for number in (1, 2)]

    assert list(unzipped(export("YOLO", pictures, PARSED)))[:2] == ["labels/IMG.txt", "labels/IMG-2.txt"]


@pytest.mark.parametrize(
    "address",
    [
        "/data/upload/../../etc/passwd",
        "/data/local-files/?d=../../../../etc/passwd",
        "/data/local-files/?d=..%2f..%2fetc%2fpasswd",
        "..\\..\\etc\\passwd",
        "file:///etc/passwd",
        "/etc/passwd",
        "http://[::1",
        "/data/upload/..",
        "..",
        "",
        "/",
        "a/\x00../b",
        {"not": "text"},
        None,
        [],
        "x" * 5000,
    ],
)
@pytest.mark.parametrize("name", ["COCO", "YOLO", "YOLO_OBB", "VOC"])
def test_no_address_becomes_a_path_or_is_opened(export, unzipped, task, name, address):
    """CVE-2025-25295: the archive held the file that the address led to."""
    picture = task({"image": address}, [box("Cat", 10, 20, 30, 40)])
    files = unzipped(export(name, [picture], PARSED))

    for path, content in files.items():
        assert path.count("/") <= 1
        assert ".." not in path.split("/")
        assert len(path.encode()) < 255
        assert b"root:" not in content
    if name == "COCO":
        (image,) = json.loads(files["result.json"])["images"]
        assert image["file_name"].count("/") == 1
        assert not image["file_name"].endswith("/..")


@pytest.mark.parametrize(
    "broken",
    [
        {"x": "a", "y": 1, "width": 1, "height": 1, "rectanglelabels": ["Cat"]},
        {"points": [[1, 2]], "polygonlabels": ["Cat"]},
        {"rectanglelabels": ["Cat"]},
        {"x": 1, "y": 1, "width": 1, "height": 1},
    ],
)
@pytest.mark.parametrize("name", ["COCO", "YOLO", "YOLO_OBB", "VOC"])
def test_regions_that_are_no_shapes_are_left_out(export, unzipped, task, name, broken):
    region = {**box("Cat", 0, 0, 1, 1), "value": broken}
    picture = task({"image": "a.jpg"}, [region, {"type": "relation", "from_id": "a", "to_id": "b"}])
    files = unzipped(export(name, [picture], PARSED))

    assert b"<object>" not in files.get("Annotations/a.xml", b"")
    assert files.get("labels/a.txt", b"") == b""


def test_shapes_beyond_the_edges_are_cut(export, unzipped, task):
    picture = task({"image": "a.jpg"}, [box("Cat", -10, 90, 20, 20)])
    assert unzipped(export("YOLO", [picture], PARSED))["labels/a.txt"] == b"0 0.05 0.95 0.1 0.1\n"
