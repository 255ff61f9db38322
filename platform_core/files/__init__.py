"""Files of an organization: where their bytes lie, what kind they are, and how they are sent.

    store = organization_files()
    size = store.write("uploads/1/0b7d...", chunks)     # whole or not at all
    with store.open("uploads/1/0b7d...") as file: ...
    with store.create("exports/7/json") as file: file.write(block)
    store.delete("uploads/1/0b7d...")

Keys are made by the platform, never from a client's words; names that people gave live in the database.
"""

from platform_core.files.kinds import KNOWN_EXTENSIONS, MEDIA_EXTENSIONS, clean_name, extension_of
from platform_core.files.pictures import NotAPictureError, Picture, read_picture
from platform_core.files.quota import LimitedStore, StorageFullError
from platform_core.files.store import (
    FileStore,
    FileWriter,
    LocalFileStore,
    delete_files_of,
    organization_files,
    organizations_with_files,
    schemas_with_files,
)

__all__ = [
    "KNOWN_EXTENSIONS",
    "MEDIA_EXTENSIONS",
    "FileStore",
    "FileWriter",
    "LimitedStore",
    "LocalFileStore",
    "NotAPictureError",
    "Picture",
    "StorageFullError",
    "clean_name",
    "delete_files_of",
    "extension_of",
    "organization_files",
    "organizations_with_files",
    "read_picture",
    "schemas_with_files",
]
