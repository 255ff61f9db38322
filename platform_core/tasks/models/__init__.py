"""Tasks, what people and models say about them, and how they came in."""

from platform_core.tasks.models.exports import ExportConversion, ExportSnapshot, ExportStatus
from platform_core.tasks.models.files import FileUpload
from platform_core.tasks.models.imports import ImportRun, ImportStatus
from platform_core.tasks.models.labelling import AnnotationDraft, AnnotationHistory, TaskAssignee, TaskLock
from platform_core.tasks.models.tasks import Task
from platform_core.tasks.models.work import Annotation, LastAction, Prediction
from platform_core.tasks.models.zones import TaskZone

__all__ = [
    "Annotation",
    "AnnotationDraft",
    "AnnotationHistory",
    "ExportConversion",
    "ExportSnapshot",
    "ExportStatus",
    "FileUpload",
    "ImportRun",
    "ImportStatus",
    "LastAction",
    "Prediction",
    "Task",
    "TaskAssignee",
    "TaskLock",
    "TaskZone",
]
