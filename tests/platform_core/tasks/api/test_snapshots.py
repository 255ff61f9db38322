import hashlib
import json
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from platform_core.accounts.models import User
from platform_core.files import LocalFileStore
from platform_core.jobs.models import Job
from platform_core.jobs.waiting import wait_for_job
from platform_core.sdk.testing.scopes import records_of
from platform_core.tasks.export_files import ExportFiles
from platform_core.tasks.export_jobs import complete, tidy_exports, write_snapshot_job
from platform_core.tasks.models import ExportSnapshot
from tenants.scope import public_scope, tenant_scope

CONFIG = (
    '<View><Text name="text" value="$text"/>'
    '<Choices name="topic" toName="text"><Choice value="Weather"/><Choice value="Traffic"/></Choices></View>'
)


def choice(label):
    return [{"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": [label]}}]


@pytest.fixture
def data_dir(settings, tmp_path):
    settings.TENON_FILES_ROOT = tmp_path / "files"
    return tmp_path


@pytest.fixture
def files(alpha, data_dir):
    """The exports of alpha, wherever the code is that asks."""
    return ExportFiles(store=LocalFileStore(data_dir / "files" / alpha.schema))


def kept(files):
    return [key for key, _ in files.store.keys("exports")]


@pytest.fixture
def project(alpha_client, data_dir, jobs_run_at_once):
    """A project with a plain task, an annotated one, a skipped one and one with ground truth and a prediction."""
    made = alpha_client.post("/api/projects/", {"title": "Reports", "label_config": CONFIG}).json()
    tasks = [
        {"data": {"text": "plain"}},
        {"data": {"text": "usual"}, "annotations": [{"result": choice("Weather"), "ground_truth": False}]},
        {"data": {"text": "skipped"}, "annotations": [{"result": [], "was_cancelled": True, "ground_truth": False}]},
        {
            "data": {"text": "truth"},
            "annotations": [{"result": choice("Traffic")}],
            "predictions": [{"result": choice("Weather"), "score": 0.5}],
        },
    ]
    answer = alpha_client.post(f"/api/projects/{made['id']}/import", json.dumps(tasks), content_type="application/json")
    assert answer.status_code == 201, answer.content
    return f"/api/projects/{made['id']}"


def take(client, project, **options):
    answer = client.post(f"{project}/exports/", options, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def body(answer):
    return answer.getvalue() if answer.streaming else answer.content


def texts(client, project, **options):
    snapshot = take(client, project, **options)
    answer = client.get(f"{project}/exports/{snapshot['id']}/download")
    return [task["data"]["text"] for task in json.loads(body(answer))]


def test_snapshot_is_completed_with_digests_and_downloaded_whole(alpha_client, project):
    snapshot = take(alpha_client, project, title="Monday")
    answer = alpha_client.get(f"{project}/exports/{snapshot['id']}/download")
    content = body(answer)

    assert (snapshot["title"], snapshot["status"], snapshot["counters"]) == ("Monday", "completed", {"task_number": 4})
    assert snapshot["md5"] == hashlib.md5(content).hexdigest()
    assert snapshot["sha256"] == hashlib.sha256(content).hexdigest()
    assert answer["ETag"] == f'"{snapshot["sha256"]}"'
    assert answer["filename"] in answer["Content-Disposition"]
    assert [len(task["annotations"]) for task in json.loads(content)] == [0, 1, 1, 1]


def test_list_has_the_newest_first_and_delete_removes_row_and_file(
    alpha_client, project, files, django_capture_on_commit_callbacks
):
    old, new = (take(alpha_client, project)["id"] for _ in range(2))
    assert [one["id"] for one in alpha_client.get(f"{project}/exports/").json()] == [new, old]
    assert f"exports/{new}/json" in kept(files)

    with django_capture_on_commit_callbacks(execute=True):
        assert alpha_client.delete(f"{project}/exports/{new}").status_code == 204

    assert kept(files) == [f"exports/{old}/json"]
    assert alpha_client.get(f"{project}/exports/{new}").status_code == 404
    assert [one["id"] for one in alpha_client.get(f"{project}/exports/").json()] == [old]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["plain", "usual", "skipped", "truth"]),
        ({"skipped": "only"}, ["skipped"]),
        ({"skipped": "exclude"}, ["plain", "usual", "truth"]),
        ({"finished": "only"}, ["usual", "truth"]),
        ({"finished": "exclude"}, ["plain", "skipped"]),
        ({"annotated": "only"}, ["usual", "truth"]),
        ({"annotated": "exclude"}, ["plain", "skipped"]),
        ({"only_with_annotations": True}, ["usual", "skipped", "truth"]),
        ({"annotated": "only", "skipped": None, "finished": ""}, ["usual", "truth"]),
    ],
)
def test_task_filters_choose_tasks(alpha_client, project, options, expected):
    assert texts(alpha_client, project, task_filter_options=options) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["usual", "skipped", "truth"]),
        ({"usual": True}, ["usual"]),
        ({"ground_truth": True}, ["truth"]),
        ({"skipped": True}, ["skipped"]),
        ({"usual": True, "skipped": True}, ["usual", "skipped"]),
        ({"usual": True, "skipped": True, "ground_truth": True}, ["usual", "skipped", "truth"]),
        ({"usual": False}, ["usual", "skipped", "truth"]),
    ],
)
def test_annotation_filters_choose_annotations(alpha_client, project, options, expected):
    wanted = {"annotation_filter_options": options}
    assert texts(alpha_client, project, **wanted, task_filter_options={"only_with_annotations": True}) == expected

    snapshot = take(alpha_client, project, **wanted)
    tasks = json.loads(body(alpha_client.get(f"{project}/exports/{snapshot['id']}/download")))
    assert [task["data"]["text"] for task in tasks if task["annotations"]] == expected


def test_serialization_options_say_what_is_written_in_full(alpha_client, project):
    def last_task(**options):
        snapshot = take(alpha_client, project, serialization_options=options)
        return json.loads(body(alpha_client.get(f"{project}/exports/{snapshot['id']}/download")))[-1]

    ids = last_task()
    only_ids = last_task(predictions={"only_id": True}, annotations__completed_by={"only_id": True})
    full = last_task(predictions={"only_id": False}, annotations__completed_by={})

    assert ids == only_ids
    assert isinstance(ids["predictions"][0], int)
    assert isinstance(ids["annotations"][0]["completed_by"], int)
    assert full["predictions"][0]["score"] == 0.5
    assert full["annotations"][0]["completed_by"]["email"] == "owner@alpha.example"


@pytest.mark.parametrize(
    "wrong",
    [
        {"task_filter_options": {"skipped": "include"}},
        {"task_filter_options": {"view": 7}},
        {"task_filter_options": []},
        {"annotation_filter_options": {"usual": "perhaps"}},
        {"serialization_options": {"drafts": 1}},
        {"title": "x" * 3000},
    ],
)
def test_wrong_options_are_refused(alpha_client, project, wrong):
    assert alpha_client.post(f"{project}/exports/", wrong, format="json").status_code == 400
    assert alpha_client.get(f"{project}/exports/").json() == []


def test_conversion_is_listed_downloaded_and_not_begun_twice(alpha_client, project):
    snapshot = take(alpha_client, project)
    url = f"{project}/exports/{snapshot['id']}"

    converted = alpha_client.post(f"{url}/convert", {"export_type": "CSV"})
    again = alpha_client.post(f"{url}/convert", {"export_type": "csv"})

    assert converted.status_code == 200, converted.content
    (listed,) = alpha_client.get(url).json()["converted_formats"]
    assert converted.json() == {"export_type": "CSV", "converted_format": listed["id"]}
    assert (listed["status"], listed["traceback"]) == ("completed", None)
    assert again.status_code == 400
    table = body(alpha_client.get(f"{url}/download?exportType=CSV"))
    assert hashlib.sha256(table).hexdigest() == listed["sha256"]
    first_cells = [line.split(",")[0] for line in table.decode().splitlines()]
    assert first_cells == ["text", "plain", "usual", "skipped", "truth"]


def test_conversion_to_csv_is_the_direct_export(alpha_client, project):
    snapshot = take(alpha_client, project)
    alpha_client.post(f"{project}/exports/{snapshot['id']}/convert", {"export_type": "TSV"})

    converted = body(alpha_client.get(f"{project}/exports/{snapshot['id']}/download?exportType=TSV")).decode()
    direct = body(alpha_client.get(f"{project}/export?export_type=TSV&download_all_tasks=1")).decode()

    # The database writes a space after colons and commas, orjson does not.
    assert converted.replace(" ", "") == direct.replace(" ", "")


@pytest.mark.parametrize("wrong", [{"export_type": "NOTHING"}, {"export_type": "JSON"}, {}, {"export_type": "../x"}])
def test_conversion_to_what_is_no_format_is_refused(alpha_client, project, wrong):
    snapshot = take(alpha_client, project)
    assert alpha_client.post(f"{project}/exports/{snapshot['id']}/convert", wrong).status_code == 400


def test_download_before_it_is_complete_is_not_found(alpha_client, alpha, project, settings):
    settings.TENON_JOBS_SYNC = False
    snapshot = take(alpha_client, project)
    url = f"{project}/exports/{snapshot['id']}"

    assert snapshot["status"] == "created"
    assert alpha_client.get(f"{url}/download").status_code == 404
    assert alpha_client.post(f"{url}/convert", {"export_type": "CSV"}).status_code == 400

    assert alpha_client.post(f"/api/jobs/{snapshot['job']}/cancel/").status_code == 200
    assert alpha_client.get(url).json()["status"] == "failed"


@pytest.mark.parametrize(("job", "status"), [("running", "in_progress"), ("failed", "failed"), (None, "failed")])
def test_status_is_that_of_the_job(alpha_client, alpha, project, settings, job, status):
    settings.TENON_JOBS_SYNC = False
    snapshot = take(alpha_client, project)
    with tenant_scope(alpha):
        rows = Job.objects.filter(pk=snapshot["job"])
        rows.update(status=job) if job else rows.delete()

    assert alpha_client.get(f"{project}/exports/{snapshot['id']}").json()["status"] == status
    assert alpha_client.get(f"{project}/exports/").json()[0]["status"] == status


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=10-", slice(10, None)),
        ("bytes=-5", slice(-5, None)),
        ("bytes=-999999", slice(0, None)),
        ("bytes=5-999999", slice(5, None)),
    ],
)
def test_range_answers_a_part(alpha_client, project, header, expected):
    snapshot = take(alpha_client, project)
    url = f"{project}/exports/{snapshot['id']}/download"
    whole = body(alpha_client.get(url))

    part = alpha_client.get(url, HTTP_RANGE=header, HTTP_IF_RANGE=f'"{snapshot["sha256"]}"')

    assert (part.status_code, body(part)) == (206, whole[expected])
    start = expected.indices(len(whole))[0]
    assert part["Content-Range"] == f"bytes {start}-{start + int(part['Content-Length']) - 1}/{len(whole)}"


@pytest.mark.parametrize("header", ["bytes=0-1,4-5", "bytes=9-2", "bytes=-", "lines=0-1", "bytes=a-b", ""])
def test_range_that_is_none_answers_the_whole(alpha_client, project, header):
    snapshot = take(alpha_client, project)
    answer = alpha_client.get(f"{project}/exports/{snapshot['id']}/download", HTTP_RANGE=header)

    assert (answer.status_code, len(body(answer))) == (200, snapshot["size"])


def test_range_of_another_content_answers_the_whole(alpha_client, project):
    snapshot = take(alpha_client, project)
    answer = alpha_client.get(
        f"{project}/exports/{snapshot['id']}/download", HTTP_RANGE="bytes=5-", HTTP_IF_RANGE='"another"'
    )

    assert (answer.status_code, len(body(answer))) == (200, snapshot["size"])


def test_range_after_the_end_is_refused(alpha_client, project):
    snapshot = take(alpha_client, project)
    answer = alpha_client.get(f"{project}/exports/{snapshot['id']}/download", HTTP_RANGE="bytes=999999-")

    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{snapshot['size']}")
    assert answer.json()["code"] == "range_not_satisfiable"


def test_expired_snapshots_and_their_files_are_deleted_by_housekeeping(
    alpha_client, alpha, project, files, django_capture_on_commit_callbacks
):
    expired, current = (take(alpha_client, project)["id"] for _ in range(2))
    files.store.write("exports/999999/json", [b"of a project that is gone"])
    with tenant_scope(alpha):
        ExportSnapshot.objects.filter(pk=expired).update(expires_at="2020-01-01T00:00:00Z")

    with django_capture_on_commit_callbacks(execute=True):
        tidy_exports()

    assert kept(files) == [f"exports/{current}/json"]
    assert [one["id"] for one in alpha_client.get(f"{project}/exports/").json()] == [current]


def test_expiry_is_a_setting(alpha_client, project, settings):
    settings.TENON_EXPORT_DAYS = 2
    snapshot = take(alpha_client, project)

    kept = datetime.fromisoformat(snapshot["expires_at"]) - datetime.fromisoformat(snapshot["created_at"])
    assert round(kept.total_seconds() / 86_400, 3) == 2


def test_acts_are_audited_and_the_end_is_an_event(alpha_client, alpha, project):
    snapshot = take(alpha_client, project)
    alpha_client.post(f"{project}/exports/{snapshot['id']}/convert", {"export_type": "CSV"})
    alpha_client.delete(f"{project}/exports/{snapshot['id']}")

    records = records_of(alpha)
    assert [len(records.audit(f"export.{verb}")) for verb in ("created", "converted", "deleted")] == [1, 1, 1]
    assert [event["export_type"] for event in records.events("export.finished")] == ["JSON", "CSV"]


def test_snapshots_of_another_project_are_not_found(alpha_client, project):
    snapshot = take(alpha_client, project)
    other = alpha_client.post("/api/projects/", {"title": "Other", "label_config": CONFIG}).json()

    for path in ("", "/download"):
        assert alpha_client.get(f"/api/projects/{other['id']}/exports/{snapshot['id']}{path}").status_code == 404


def test_drafts_of_everybody_are_exported(alpha_client, project):
    plain = json.loads(body(alpha_client.get(f"{project}/export?download_all_tasks=1")))[0]
    answer = alpha_client.post(f"/api/tasks/{plain['id']}/drafts/", {"result": choice("Weather")}, format="json")
    assert answer.status_code == 201, answer.content

    (direct, *others) = json.loads(body(alpha_client.get(f"{project}/export?download_all_tasks=1")))
    assert [draft["result"] for draft in direct["drafts"]] == [choice("Weather")]
    assert [task["drafts"] for task in others] == [[], [], []]

    snapshot = take(alpha_client, project)
    ids = json.loads(body(alpha_client.get(f"{project}/exports/{snapshot['id']}/download")))[0]["drafts"]
    assert ids == [direct["drafts"][0]["id"]]


def test_localized_table_is_in_the_form_that_the_account_prefers(alpha_client, project):
    with public_scope():
        User.objects.filter(pk=alpha_client.member.pk).update(
            date_format="DMY", date_separator=".", datetime_separator=" ", decimal_separator=",", list_separator=";"
        )
    (annotation,) = json.loads(body(alpha_client.get(f"{project}/export")))[0]["annotations"]
    assert alpha_client.patch(f"/api/annotations/{annotation['id']}/", {"lead_time": 2.5}).status_code == 200

    header, row, *_ = body(alpha_client.get(f"{project}/export?export_type=CSV&localized=1")).decode().splitlines()
    plain = body(alpha_client.get(f"{project}/export?export_type=CSV")).decode().splitlines()[1]

    assert header.startswith("text;id;annotation_id;")
    year, month, day = annotation["created_at"][:10].split("-")
    assert f";2,5;{day}.{month}.{year} " in row
    assert f",2.5,{year}-{month}-{day}T" in plain


def test_localized_table_has_the_times_of_the_zone(alpha_client, project):
    with public_scope():
        User.objects.filter(pk=alpha_client.member.pk).update(time_zone="Asia/Tokyo", date_format="YMD")
    (annotation,) = json.loads(body(alpha_client.get(f"{project}/export")))[0]["annotations"]
    there = datetime.fromisoformat(annotation["created_at"]).astimezone(ZoneInfo("Asia/Tokyo"))

    rows = body(alpha_client.get(f"{project}/export?export_type=TSV&localized=1")).decode().splitlines()

    assert f"{there:%Y/%m/%d %H:%M:%S}" in rows[1]
    assert annotation["created_at"].endswith("Z"), "JSON is for programs: UTC"


def test_job_that_runs_again_after_a_crash_writes_the_same_file(alpha_client, alpha, project, files, settings):
    """The worker died after the file had its name and before the row knew it; the next attempt does it all again."""
    settings.TENON_JOBS_SYNC = False
    snapshot = take(alpha_client, project)
    with files.writing(snapshot["id"]) as out:
        out.write(b"of the attempt that died")

    with tenant_scope(alpha):
        assert wait_for_job(UUID(snapshot["job"]), 10).status == "completed"
        assert write_snapshot_job(None, snapshot["id"]) == {"export": snapshot["id"]}

    found = alpha_client.get(f"{project}/exports/{snapshot['id']}").json()
    content = body(alpha_client.get(f"{project}/exports/{snapshot['id']}/download"))
    assert (found["status"], found["sha256"]) == ("completed", hashlib.sha256(content).hexdigest())
    assert len(json.loads(content)) == 4


def test_snapshot_that_is_deleted_while_it_is_written_leaves_no_file(
    alpha_client, alpha, project, files, settings, django_capture_on_commit_callbacks
):
    settings.TENON_JOBS_SYNC = False
    snapshot = take(alpha_client, project)
    with tenant_scope(alpha):
        row = ExportSnapshot.objects.get(pk=snapshot["id"])
    assert alpha_client.delete(f"{project}/exports/{snapshot['id']}").status_code == 204
    with tenant_scope(alpha):
        with files.writing(row.pk) as out:
            out.write(b"x")
        complete(row, out.facts())

    assert kept(files) == []
