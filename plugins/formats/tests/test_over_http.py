"""The formats as a data team meets them: listed, refused where they make no sense, exported, imported, switched off."""

import io
import json
import zipfile

import openpyxl
import pytest
from django.apps import apps
from tenon_formats.plugin import plugin

from platform_core.plugins.loader import get_registry

IMAGES = (
    '<View><Image name="image" value="$image"/>'
    '<RectangleLabels name="box" toName="image"><Label value="Cat"/><Label value="Dog"/></RectangleLabels></View>'
)
TEXTS = '<View><Text name="text" value="$text"/><Labels name="ner" toName="text"><Label value="PER"/></Labels></View>'


@pytest.fixture(autouse=True)
def installed():
    if "formats" not in get_registry().plugins:
        pytest.skip("this plugin is not among those of this run's lock")


@pytest.fixture
def alpha_client(organization, enable, make_client):
    """Return a client of the owner of an organization that has the formats."""
    return make_client(enable(organization, "formats"), role="OW")


@pytest.fixture
def beta_client(other_organization, enable, make_client):
    """Return a client of the owner of another one that has them too."""
    return make_client(enable(other_organization, "formats"), role="OW")


@pytest.fixture
def data_dir(settings, tmp_path):
    settings.TENON_FILES_ROOT = tmp_path / "files"


def body(answer):
    return answer.getvalue() if answer.streaming else answer.content


def new_project(client, config):
    return client.post("/api/projects/", {"title": "Cats", "label_config": config}).json()["id"]


def box(label):
    value = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": [label]}
    return {
        "id": "r",
        "from_name": "box",
        "to_name": "image",
        "type": "rectanglelabels",
        "original_width": 200,
        "original_height": 100,
        "image_rotation": 0,
        "value": value,
    }


@pytest.fixture
def cats(alpha_client):
    project = new_project(alpha_client, IMAGES)
    tasks = [{"data": {"image": "/data/upload/../../etc/passwd"}, "annotations": [{"result": [box("Cat")]}]}]
    answer = alpha_client.post(f"/api/projects/{project}/import", tasks)
    assert answer.status_code == 201, answer.content
    return f"/api/projects/{project}"


def test_new_organizations_have_it_and_it_has_no_tables(alpha_client):
    assert get_registry().plugins["formats"].manifest.default_enabled
    assert alpha_client.get("/api/plugins/formats/").json()["state"] == "enabled"
    assert not apps.is_installed("tenon_formats")


def test_formats_are_offered_by_what_the_config_draws(alpha_client):
    def offered(config):
        rows = alpha_client.get(f"/api/projects/{new_project(alpha_client, config)}/export/formats").json()
        return {row["name"] for row in rows if not row["disabled"]}

    always = {"JSON", "CSV", "TSV", "JSON_MIN", "JSONL"} | {
        spec.name for spec in plugin.register_exporters() if spec.name == "PARQUET"
    }
    assert offered(IMAGES) == always | {"VOC"} | {
        f"{name}{images}" for name in ("COCO", "YOLO", "YOLO_OBB") for images in ("", "_WITH_IMAGES")
    }
    assert offered(TEXTS) == always | {"CONLL2003", "SPACY"}
    assert offered("<View></View>") == always


def test_every_format_has_words_to_find_it_by_and_keys_of_label_studio(alpha_client, cats):
    for row in alpha_client.get(f"{cats}/export/formats").json():
        assert set(row) == {"name", "title", "description", "link", "tags", "disabled"}
        assert row["title"]
        assert row["description"]


@pytest.mark.parametrize("query", ["export_type=YOLO", "exportType=yolo", "export_type=formats.yolo"])
def test_export_is_an_archive_with_plain_names(alpha_client, cats, query):
    answer = alpha_client.get(f"{cats}/export?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["filename"].endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(body(answer))) as packed:
        assert packed.namelist() == ["labels/passwd.txt", "classes.txt", "notes.json"]
        assert packed.read("labels/passwd.txt") == b"0 0.25 0.4 0.3 0.4\n"


def test_format_that_does_not_suit_is_refused_before_anything_is_sent(alpha_client, cats):
    answer = alpha_client.get(f"{cats}/export?export_type=CONLL2003")

    assert answer.status_code == 400
    assert "CONLL2003" in answer.json()["validation_errors"]["export_type"][0]


def test_conversion_of_a_snapshot_is_the_direct_export(alpha_client, cats, data_dir, jobs_run_at_once):
    snapshot = alpha_client.post(f"{cats}/exports/", {}).json()
    converted = alpha_client.post(f"{cats}/exports/{snapshot['id']}/convert", {"export_type": "COCO"})
    assert converted.status_code == 200, converted.content

    answer = alpha_client.get(f"{cats}/exports/{snapshot['id']}/download?exportType=COCO")
    assert answer["filename"].endswith(".zip")
    assert body(answer) == body(alpha_client.get(f"{cats}/export?export_type=COCO"))


def test_json_lines_imported_again_are_the_same_work(alpha_client, cats):
    lines = body(alpha_client.get(f"{cats}/export?export_type=JSONL"))
    again = f"/api/projects/{new_project(alpha_client, IMAGES)}"
    answer = alpha_client.post(f"{again}/import", lines, content_type="application/x-ndjson")
    assert answer.status_code == 201, answer.content

    (first,), (second,) = (json.loads(body(alpha_client.get(f"{path}/export"))) for path in (cats, again))
    assert first["data"] == second["data"]
    assert first["annotations"][0]["result"] == second["annotations"][0]["result"]


def workbook(*rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(out)
    return out.getvalue()


def test_workbook_is_imported(alpha_client):
    project = new_project(alpha_client, TEXTS)
    upload = io.BytesIO(workbook(["text", "n"], ["a", 1], ["b", 2]))
    upload.name = "reports.xlsx"

    answer = alpha_client.post(f"/api/projects/{project}/import", {"file": upload}, format="multipart")

    assert answer.status_code == 201, answer.content
    assert (answer.json()["task_count"], answer.json()["found_formats"]) == (2, ["formats.xlsx"])
    tasks = alpha_client.get(f"/api/tasks/?project={project}").json()["tasks"]
    assert [task["data"] for task in tasks] == [{"text": "a", "n": 1}, {"text": "b", "n": 2}]


@pytest.mark.parametrize("content", [b"PK\x03\x04xl/ nothing", workbook(["other"], ["x"])])
def test_hostile_or_unfitting_workbook_is_a_client_error_and_writes_nothing(alpha_client, content):
    project = new_project(alpha_client, TEXTS)
    upload = io.BytesIO(content)
    upload.name = "reports.xlsx"

    answer = alpha_client.post(f"/api/projects/{project}/import", {"file": upload}, format="multipart")

    assert answer.status_code == 400
    assert alpha_client.get(f"/api/tasks/?project={project}").json()["total"] == 0


def test_switched_off_it_is_gone_from_lists_exports_and_imports(alpha_client, beta_client, cats):
    assert alpha_client.post("/api/plugins/formats/disable/?wait=60").status_code == 200

    names = [row["name"] for row in alpha_client.get(f"{cats}/export/formats").json()]
    assert names == ["JSON", "CSV", "TSV"]
    assert alpha_client.get(f"{cats}/export?export_type=COCO").status_code == 400
    upload = io.BytesIO(workbook(["image"], ["a.jpg"]))
    upload.name = "reports.xlsx"
    assert alpha_client.post(f"{cats}/import", {"file": upload}, format="multipart").status_code == 400
    assert "COCO" in {
        row["name"]
        for row in beta_client.get(f"/api/projects/{new_project(beta_client, IMAGES)}/export/formats").json()
    }
