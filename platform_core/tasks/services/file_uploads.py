"""Keeping, replacing and deleting uploaded files: bytes in the store, rows in the database.

Bytes are written before the transaction and deleted after it, so a row never names bytes that are not there. What a
crash leaves behind, bytes without a row, `sweep_files` finds.
"""

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from django.db import connection, transaction

from platform_core.api.errors import ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.files import FileStore, clean_name, organization_files
from platform_core.members.principal import Principal
from platform_core.projects.models import Project
from platform_core.tasks.models import FileUpload
from platform_core.tasks.services.counters import CounterChange, change_counters
from platform_core.tasks.services.storage import writable_files

CHUNK_BYTES: Final = 256 * 1024
# Younger bytes without a row may belong to an import that is running.
SWEEP_AGE_SECONDS: Final = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file whose bytes are stored and whose row is not yet written.

    Attributes:
        name: cleaned.
        size: bytes.
    """

    name: str
    size: int
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def keep_file(*, project: Project, name: str, stream: Any) -> KeptFile:
    """Store the bytes of a file.

    Args:
        name: as the client says it.
        stream: anything with `read(size)`.

    Raises:
        StorageFullError: the organization's quota has no room for it.
    """
    key = uuid.uuid4()
    upload = FileUpload(project=project, key=key, name=clean_name(name))
    return KeptFile(name=upload.name, size=writable_files().write(upload.store_key, _chunks(stream)), key=key)


def forget_files(*, project: Project, files: Iterable[KeptFile]) -> None:
    """Delete the bytes of files whose rows were not written after all."""
    store = organization_files()
    for file in files:
        store.delete(FileUpload(project=project, key=file.key).store_key)


@transaction.atomic
def record_uploads(*, project: Project, files: Sequence[KeptFile], actor: Principal) -> list[FileUpload]:
    """Write the rows of kept files, in their order."""
    uploads = FileUpload.objects.bulk_create(
        FileUpload(project=project, key=file.key, name=file.name, size=file.size, created_by_id=actor.id)
        for file in files
    )
    ids = [upload.pk for upload in uploads]
    _tell("uploaded", project.pk, ids, actor)
    return uploads


def open_upload(upload: FileUpload) -> BinaryIO:
    """Return the bytes of an upload, to be closed."""
    return organization_files().open(upload.store_key)


@transaction.atomic
def delete_uploads(*, project: Project, upload_ids: Sequence[int] | None, actor: Principal) -> int:
    """Delete files of a project; tasks that came from them stay. Returns how many there were.

    Args:
        upload_ids: None means all.

    Raises:
        ValidationFailedError: the project has not all of these files; none is deleted.
    """
    uploads = FileUpload.objects.filter(project=project)
    if upload_ids is not None:
        uploads = uploads.filter(pk__in=upload_ids)
    found = list(uploads.select_for_update())
    ids = [upload.pk for upload in found]
    refuse_missing(upload_ids or [], ids)
    if not found:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tasks_task SET file_upload_id = NULL WHERE file_upload_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM tasks_fileupload WHERE id = ANY(%s)", [ids])
    change_counters(project_id=project.pk, change=CounterChange())
    _tell("deleted", project.pk, ids, actor)
    _delete_after_commit([upload.store_key for upload in found])
    return len(found)


def replace_upload(*, upload: FileUpload, name: str, stream: Any, actor: Principal) -> FileUpload:
    """Give an upload another content; its URL changes with it, its id stays."""
    kept = keep_file(project=upload.project, name=name, stream=stream)
    old = upload.store_key
    try:
        with transaction.atomic():
            upload.key, upload.name, upload.size = kept.key, kept.name, kept.size
            upload.save(update_fields=["key", "name", "size", "updated_at"])
            _tell("replaced", upload.project_id, [upload.pk], actor)
            _delete_after_commit([old])
    except BaseException:
        forget_files(project=upload.project, files=[kept])
        raise
    return upload


def sweep_files(*, store: FileStore | None = None, older_than_seconds: float = SWEEP_AGE_SECONDS) -> int:
    """Delete bytes without a row, of crashed imports and deleted projects; returns how many files."""
    store = store or organization_files()
    before, gone = time.time() - older_than_seconds, 0
    found = [key for key, written in store.keys("uploads") if written < before]
    for start in range(0, len(found), 1000):
        part = found[start : start + 1000]
        known = {key.hex for key in FileUpload.objects.filter(key__in=_ids_in(part)).values_list("key", flat=True)}
        for key in part:
            if key.rpartition("/")[2] not in known:
                store.delete(key)
                gone += 1
    return gone + store.delete_halves(older_than_seconds=older_than_seconds)


def refuse_wrong_ids(values: Any) -> list[int]:
    """Return ids of uploads as a client sent them.

    Raises:
        ValidationFailedError: they are no list of ids.
    """
    if not isinstance(values, list) or any(type(one) is not int or not 0 < one < 2**63 for one in values):
        raise ValidationFailedError(validation_errors={"file_upload_ids": ["A list of ids is expected."]})
    return values


def refuse_missing(wanted: Sequence[int], found: Iterable[int]) -> None:
    """Refuse ids of files that a project has not.

    Raises:
        ValidationFailedError: one is missing.
    """
    missing = sorted(set(wanted).difference(found))
    if missing:
        raise ValidationFailedError(validation_errors={"file_upload_ids": [f"This project has no file {missing[0]}."]})


def _ids_in(keys: list[str]) -> list[uuid.UUID]:
    names = (key.rpartition("/")[2] for key in keys)
    return [uuid.UUID(name) for name in names if len(name) == 32 and not set(name) - set("0123456789abcdef")]


def _chunks(stream: Any) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield bytes(chunk)


def _delete_after_commit(keys: list[str]) -> None:
    store = organization_files()

    def delete() -> None:
        for key in keys:
            store.delete(key)

    transaction.on_commit(delete, robust=True)


def _tell(what: str, project_id: int, ids: list[int], actor: Principal) -> None:
    facts = {"project": project_id, "files": ids}
    record_audit(actor=actor, action=f"files.{what}", target_type="project", target_id=project_id, data=facts)
    emit_event(type=f"files.{what}", payload=facts)
