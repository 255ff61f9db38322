"""Where uploads and exports are written: the organization's store, within its quota."""

from django.conf import settings

from platform_core.files import FileStore, LimitedStore, organization_files
from platform_core.tasks.queries.storage import kept_bytes


def writable_files() -> FileStore:
    """Return the store of the organization in scope; writing fails with `StorageFullError` where its quota ends.

    What several writers do at once is counted when their rows are written: together they may go over by what each of
    them writes.
    """
    store, limit = organization_files(), settings.TENON_STORAGE_QUOTA_BYTES
    return LimitedStore(store, limit=limit, used=kept_bytes()) if limit else store


def refuse_when_full() -> None:
    """Refuse to begin what would only fail later.

    Raises:
        StorageFullError: the quota is used up.
    """
    if limit := settings.TENON_STORAGE_QUOTA_BYTES:
        LimitedStore(organization_files(), limit=limit, used=kept_bytes()).take(0)
