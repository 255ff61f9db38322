"""With a real plugin that has tables: what is exported comes back, and nothing that was made up does."""

import hashlib
import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from platform_core.api.errors import TenonError
from platform_core.events.models import AuditEntry
from platform_core.plugins.models import Activation
from platform_core.plugins.services.activation import disable_plugin, enable_plugin, purge_plugin
from platform_core.plugins.services.archives import write_archive
from platform_core.plugins.services.restores import restore_plugin
from platform_core.sdk.testing.clients import client_of
from platform_core.tasks.export_files import DigestingFile
from tenants.scope import tenant_scope

SLUG = "webhooks"
PREFIX = f"/api/plugins/{SLUG}"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.TENON_FILES_ROOT = tmp_path


@pytest.fixture
def client(alpha):
    with tenant_scope(alpha):
        enable_plugin(slug=SLUG, plan_hash=None, actor=None)
    return client_of(alpha)


@pytest.fixture
def hook(client):
    body = {"url": "http://1.1.1.1/h", "headers": {"X-A": "back\\slash"}}
    made = client.post("/api/webhooks/", body, format="json")
    assert made.status_code == 201, made.content
    return made.json()["id"]


@pytest.fixture
def archive(alpha, hook):
    """Return the bytes of an export."""
    raw = io.BytesIO()
    with tenant_scope(alpha):
        write_archive(slug=SLUG, out=DigestingFile(raw))
    return raw.getvalue()


def remade(archive, *, drop=(), manifest=None, more=(), lines=None):
    """Return an archive with other entries."""
    source, raw = zipfile.ZipFile(io.BytesIO(archive)), io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as out:
        facts = json.loads(source.read("manifest.json"))
        for name in source.namelist():
            if name == "manifest.json" or name in drop:
                continue
            content = source.read(name)
            if lines and name in lines:
                content = lines[name]
                table = name[len("tables/") : -len(".jsonl")]
                digest = hashlib.sha256(content).hexdigest()
                facts["tables"][table] = {"rows": content.count(b"\n"), "sha256": digest}
            out.writestr(name, content)
        facts.update(manifest or {})
        out.writestr("manifest.json", json.dumps(facts))
        for name, content in more:
            out.writestr(name, content)
    return raw.getvalue()


def restore(alpha, archive, *, replace=True):
    with tenant_scope(alpha):
        return restore_plugin(slug=SLUG, file=io.BytesIO(archive), replace=replace, actor=None)


def refusal(alpha, archive, **options):
    with pytest.raises(TenonError) as refused:
        restore(alpha, archive, **options)
    assert refused.value.status_code in (400, 409)
    return json.dumps([refused.value.detail, refused.value.validation_errors])


def test_export_purge_enable_import_brings_everything_back(alpha, client, hook):
    exported = client.post(f"{PREFIX}/export/?wait=60")
    assert exported.status_code == 200, exported.content
    (facts,) = client.get(f"{PREFIX}/export/").json()
    answer = client.get(f"{PREFIX}/export/{facts['job']}/")
    file = b"".join(answer.streaming_content)
    assert (hashlib.sha256(file).hexdigest(), len(file)) == (facts["digest"], facts["size"])
    before = client.get("/api/webhooks/").json()
    secret = client.get(f"/api/webhooks/{hook}/").json()
    with tenant_scope(alpha):
        disable_plugin(slug=SLUG, actor=None)
        purge_plugin(slug=SLUG, confirm=SLUG, actor=None)
        enable_plugin(slug=SLUG, plan_hash=None, actor=None)
    assert client.get("/api/webhooks/").json() == []

    upload = SimpleUploadedFile("a.zip", file, "application/zip")
    restored = client.post(f"{PREFIX}/import/?wait=60", {"file": upload}, format="multipart")

    assert restored.status_code == 200, restored.content
    assert client.get("/api/webhooks/").json() == before
    assert client.get(f"/api/webhooks/{hook}/").json() == secret
    second = client.post("/api/webhooks/", {"url": "http://1.1.1.1/h"}, format="json").json()
    assert second["id"] > hook
    with tenant_scope(alpha):
        audited = AuditEntry.objects.filter(target_id=SLUG).values_list("action", flat=True)
        assert {"plugin.exported", "plugin.restored", "plugin.export_requested"} <= set(audited)


def test_rows_that_are_there_are_kept_unless_replacing_is_asked_for(alpha, archive):
    assert "replace=true" in refusal(alpha, archive, replace=False)
    assert restore(alpha, archive)["webhooks_webhook"] == 1


def test_disabled_plugin_and_one_without_code_can_be_exported(alpha, archive, client, install):
    with tenant_scope(alpha):
        disable_plugin(slug=SLUG, actor=None)
        install()
        written = write_archive(slug=SLUG, out=DigestingFile(io.BytesIO()))
    assert (written.rows, written.tables["webhooks_webhook"]) == (1, 1)


def test_archive_holds_no_secret_settings_and_says_what_it_is_of(archive):
    facts = json.loads(zipfile.ZipFile(io.BytesIO(archive)).read("manifest.json"))
    assert (facts["format"], facts["plugin"], "webhooks_webhook" in facts["tables"]) == (1, SLUG, True)
    assert all(app == SLUG for app, _name in facts["migrations"])


BOMB = b"0" * (3 * 1024 * 1024)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"more": [("../../etc/passwd", b"x")]}, "../../etc/passwd"),
        ({"more": [("/tmp/x", b"x")]}, "does not belong"),
        ({"more": [("tables/members_member.jsonl", b"{}\\n")]}, "does not belong"),
        ({"more": [("manifest.json", b"{}")]}, "twice"),
        ({"more": [("tables/bomb.jsonl", BOMB)]}, "unpacks to 3145728 bytes"),
        ({"manifest": {"plugin": "aviation"}}, "not of"),
        ({"manifest": {"format": 2}}, "format 2"),
        ({"manifest": {"migrations": [["webhooks", "0099_later"]]}}, "another one"),
        ({"manifest": {"tables": {"members_member": {"rows": 0}}}}, "members_member"),
        ({"manifest": {"tables": ["x"]}}, "names no tables"),
        ({"drop": ["tables/webhooks_webhook.jsonl"]}, "is missing"),
        ({"lines": {"tables/webhooks_webhook.jsonl": b"[1]\n"}}, "no object"),
        ({"lines": {"tables/webhooks_webhook.jsonl": b"nonsense\n"}}, "no JSON"),
        ({"lines": {"tables/webhooks_webhook.jsonl": b'{"id": 1, "owner": 2}\n'}}, "unknown column"),
        ({"lines": {"tables/webhooks_webhook.jsonl": b'{"id": "x"}\n'}}, "do not fit"),
        ({"lines": {"tables/webhooks_webhook.jsonl": b'{"id": 1}\n'}}, "do not fit"),
    ],
)
def test_archive_that_was_made_up_is_refused_and_changes_nothing(alpha, client, archive, change, words):
    before = client.get("/api/webhooks/").json()
    assert words in refusal(alpha, remade(archive, **change))
    assert client.get("/api/webhooks/").json() == before


def test_changed_or_damaged_entry_is_refused(alpha, archive):
    facts = json.loads(zipfile.ZipFile(io.BytesIO(archive)).read("manifest.json"))
    facts["tables"]["webhooks_webhook"]["sha256"] = "0" * 64
    assert "it was changed" in refusal(alpha, remade(archive, manifest={"tables": facts["tables"]}))
    cut = bytearray(archive)
    place = archive.index(b"tables/webhooks_webhook.jsonl") + 60
    cut[place : place + 20] = b"\xff" * 20
    assert refusal(alpha, bytes(cut))


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip", b"PK\x03\x04" + b"\x00" * 100])
def test_upload_that_is_no_archive_is_refused_at_once(client, content):
    file = SimpleUploadedFile("a.zip", content or b"\n", "application/zip")
    answer = client.post(f"{PREFIX}/import/", {"file": file}, format="multipart")
    assert (answer.status_code, list(answer.json()["validation_errors"])) == (400, ["file"])


def test_archives_are_for_those_who_manage_plugins_and_of_this_organization(alpha, beta, client):
    assert client.post(f"{PREFIX}/export/?wait=60").status_code == 200
    (facts,) = client.get(f"{PREFIX}/export/").json()
    stranger, annotator = client_of(beta), client_of(alpha, role="AN")

    assert stranger.get(f"{PREFIX}/export/{facts['job']}/").status_code == 404
    assert stranger.get(f"{PREFIX}/export/").json() == []
    assert stranger.post(f"{PREFIX}/export/").status_code == 404
    assert [annotator.get(f"{PREFIX}/export/").status_code, annotator.post(f"{PREFIX}/export/").status_code] == [
        403
    ] * 2


def test_impact_says_what_is_stored_and_who_needs_it(alpha, client, hook):
    assert client.post(f"{PREFIX}/export/?wait=60").status_code == 200
    with tenant_scope(alpha):
        Activation.objects.create(slug="kites", state="enabled", depends=[SLUG])

    body = client.get(f"{PREFIX}/impact/").json()

    sizes = {item["table"]: (item["rows"], item["bytes"] > 0) for item in body["footprint"]["tables"]}
    assert sizes["webhooks_webhook"] == (1, True)
    assert (body["needed_by"], body["footprint"]["files"], body["retention_days"]) == (["kites"], 1, 30)
    assert body["footprint"]["file_bytes"] > 0
    assert client.get("/api/plugins/aviation/impact/").status_code == 404
