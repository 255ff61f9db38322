"""Runs the rows of the SDK's older client."""

import tempfile
import traceback
from types import SimpleNamespace

from label_studio_sdk import data_manager
from label_studio_sdk._legacy import Client, Project
from label_studio_sdk._legacy.project import ProjectSampling

from tests.e2e.sdk_legacy_rows import LEGACY_ROWS, LegacyWorld
from tests.e2e.sdk_table import resolve_local_names, wait


def legacy_methods():
    """Return the names of what the older client offers, by class."""
    return [f"{kind.__name__}.{name}" for kind in (Client, Project) for name in vars(kind) if not name.startswith("_")]


class _World(LegacyWorld):
    def begin(self, project):
        self.project = project
        return project

    def keep_other(self, project):
        self.other = project
        return project


def legacy_faults(url, token, owner):
    """Return what is wrong, by method."""
    resolve_local_names()
    with tempfile.TemporaryDirectory() as folder:
        world = _World(
            client=Client(url=url, api_key=token),
            data_manager=data_manager,
            enums=SimpleNamespace(sampling=ProjectSampling),
            folder=folder,
            owner=owner,
            wait=wait,
        )
        return {row.method: fault for row in LEGACY_ROWS if (fault := _fault(row, world))}


def _fault(row, world):
    try:
        answer = world.answers[row.method] = row.call(world)
        return None if row.check(answer, world) else f"the answer is {str(answer)[:1500]}"
    except Exception:
        return traceback.format_exc(limit=-4)
