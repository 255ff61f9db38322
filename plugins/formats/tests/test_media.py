"""Images in archives, over HTTP: uploaded ones, hostile addresses, others' files, snapshots, and the report."""

import io
import json
import struct
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from platform_core.plugins.loader import get_registry

IMAGES = (
    '<View><Image name="image" value="$image"/>'
    '<RectangleLabels name="box" toName="image"><Label value="Cat"/></RectangleLabels></View>'
)
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(17)


@pytest.fixture(autouse=True)
def installed(settings, tmp_path):
    if "formats" not in get_registry().plugins:
        pytest.skip("this plugin is not among those of this run's lock")
    settings.TENON_FILES_ROOT = tmp_path / "files"


@pytest.fixture
def client(organization, enable, make_client):
    """Return a client of the owner of an organization that has the formats."""
    return make_client(enable(organization, "formats"), role="OW")


def new_project(client):
    return client.post("/api/projects/", {"title": "Cats", "label_config": IMAGES}).json()["id"]


def upload(client, project, name="cat.png", content=PNG):
    """Upload an image; return its address as the task has it."""
    answer = client.post(
        f"/api/projects/{project}/import", {"file": SimpleUploadedFile(name, content)}, format="multipart"
    )
    assert answer.status_code == 201, answer.content
    return client.get(f"/api/tasks/?project={project}").json()["tasks"][-1]["data"]["image"]


def annotated(client, project, *addresses):
    value = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["Cat"]}
    size = {"original_width": 200, "original_height": 100}
    region = {"id": "r", "from_name": "box", "to_name": "image", "type": "rectanglelabels", **size, "value": value}
    tasks = [{"data": {"image": one}, "annotations": [{"result": [region]}]} for one in addresses]
    assert client.post(f"/api/projects/{project}/import", tasks).status_code == 201


def unpacked(answer):
    assert answer.status_code == 200, answer.content
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def test_archive_holds_images_beside_labels_and_the_report_names_the_rest(client):
    project = new_project(client)
    address = upload(client, project)
    annotated(client, project, address, address, "/data/upload/../../etc/passwd", "http://127.0.0.1:1/x.png")
    answer = client.get(f"/api/projects/{project}/export?export_type=YOLO_WITH_IMAGES")
    files = unpacked(answer)

    assert (answer["X-Media-Fetched"], answer["X-Media-Missing"]) == ("2", "2")
    images = {name for name in files if name.startswith("images/")}
    assert [files[name] for name in images] == [PNG, PNG]
    assert {name.replace("images/", "labels/").replace(".png", ".txt") for name in images} <= set(files)
    assert not any(part in ("", "..") for name in files for part in name.split("/"))
    report = json.loads(files["media.json"])
    assert [row["code"] for row in report["missing_files"]] == ["unsupported", "outbound_refused"]
    assert {"labels/passwd.txt", "labels/x.txt"} <= set(files)


@pytest.mark.parametrize("name", ["COCO", "YOLO", "YOLO_OBB", "VOC"])
def test_images_come_when_they_are_asked_for_and_labels_name_them(client, name):
    project = new_project(client)
    annotated(client, project, upload(client, project, "cat.png"))
    plain = unpacked(client.get(f"/api/projects/{project}/export?export_type={name}"))
    files = unpacked(client.get(f"/api/projects/{project}/export?export_type={name}&download_resources=true"))

    (image,) = set(files) - set(plain) - {"media.json"}
    assert files[image] == PNG
    assert all(files[one] == plain[one] for one in plain)
    if name == "COCO":
        assert [row["file_name"] for row in json.loads(files["result.json"])["images"]] == [image]


def test_formats_without_images_take_the_wish_without_effect(client):
    project = new_project(client)
    address = upload(client, project)
    annotated(client, project, address)
    for name in ("JSON", "CSV", "JSON_MIN"):
        answer = client.get(f"/api/projects/{project}/export?export_type={name}&download_resources=true")
        assert (answer.status_code, answer.has_header("X-Media-Fetched")) == (200, False)
        assert address.rpartition("/")[2].encode() in answer.getvalue()


def test_upload_of_another_project_is_taken_and_that_of_another_organization_is_not(
    client, other_organization, enable, make_client
):
    shown, address = new_project(client), upload(client, new_project(client))
    annotated(client, shown, address)
    path = f"/api/projects/{shown}/export?export_type=COCO_WITH_IMAGES"
    assert json.loads(unpacked(client.get(path))["media.json"])["fetched"] == 1

    stranger = make_client(enable(other_organization, "formats"), role="OW")
    numbers = [new_project(stranger) for _ in range(3)]
    annotated(stranger, numbers[0], address)
    path = f"/api/projects/{numbers[0]}/export?export_type=COCO_WITH_IMAGES"
    report = json.loads(unpacked(stranger.get(path))["media.json"])
    assert [row["code"] for row in report["missing_files"]] == ["not_found"]


def test_snapshot_is_converted_with_images_and_the_job_counts_them(client, jobs_run_at_once):
    project = new_project(client)
    annotated(client, project, upload(client, project), "ftp://a.example/x.png")
    snapshot = client.post(f"/api/projects/{project}/exports/", {"task_filter_options": {"annotated": "only"}}).json()[
        "id"
    ]
    path = f"/api/projects/{project}/exports/{snapshot}"
    wanted = {"export_type": "COCO", "download_resources": True}
    assert client.post(f"{path}/convert", wanted).status_code == 200

    (conversion,) = client.get(path).json()["converted_formats"]
    result = client.get(f"/api/jobs/{conversion['job']}/").json()["result"]
    assert result["media"] == {"fetched": 1, "bytes": len(PNG), "missing": 1}
    files = unpacked(client.get(f"{path}/download?exportType=COCO"))
    assert len([name for name in files if name.startswith("images/")]) == 1
    assert json.loads(files["media.json"])["missing"] == 1


def test_image_without_an_ending_gets_that_of_its_content(client):
    project = new_project(client)
    address = upload(client, project)
    base = address.removesuffix("cat.png")
    annotated(client, project, f"{base}cat")
    files = unpacked(client.get(f"/api/projects/{project}/export?export_type=YOLO_WITH_IMAGES"))

    (image,) = (name for name in files if name.startswith("images/"))
    assert image.endswith(".png")


@pytest.mark.parametrize("name", ["COCO", "YOLO", "VOC"])
def test_exported_data_set_imported_again_is_the_same_work(client, name):
    project, again = new_project(client), new_project(client)
    annotated(client, project, upload(client, project))
    exported = client.get(f"/api/projects/{project}/export?export_type={name}&download_resources=true")
    content, file_name = exported.getvalue(), "set.zip"
    if name == "COCO":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content, file_name = packed.read("result.json"), "set.json"
    upload_of_set = {"file": SimpleUploadedFile(file_name, content)}
    answer = client.post(f"/api/projects/{again}/import", upload_of_set, format="multipart")

    assert answer.status_code == 201, answer.content
    assert answer.json()["found_formats"] == ["formats.coco" if name == "COCO" else "formats.image_archive"]
    (task,) = json.loads(client.get(f"/api/projects/{again}/export").getvalue())
    (region,) = task["annotations"][0]["result"]
    value = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["Cat"]}
    assert region["value"] == value
    assert task["data"]["image"].endswith("cat.png")


def test_data_set_with_a_label_that_the_project_has_not_names_the_item(client):
    images = [{"id": number, "file_name": f"{number}.png", "width": 9, "height": 9} for number in (1, 2)]
    rows = [{"id": 1, "image_id": 2, "category_id": 1, "bbox": [0, 0, 3, 3]}]
    content = {"images": images, "categories": [{"id": 1, "name": "Unicorn"}], "annotations": rows}
    project = new_project(client)
    file = SimpleUploadedFile("set.json", json.dumps(content).encode())
    answer = client.post(f"/api/projects/{project}/import", {"file": file}, format="multipart")

    assert answer.status_code == 400
    assert "item 1" in json.dumps(answer.json())
    assert "Unicorn" in json.dumps(answer.json())
    assert client.get(f"/api/tasks/?project={project}").json()["total"] == 0
