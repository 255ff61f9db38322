"""Tasks, what people and models say about them, and how they came in."""

from platform_core.tasks.models.files import FileUpload
from platform_core.tasks.models.imports import ImportRun, ImportStatus
from platform_core.tasks.models.tasks import Task
from platform_core.tasks.models.work import Annotation, LastAction, Prediction

__all__ = ["Annotation", "FileUpload", "ImportRun", "ImportStatus", "LastAction", "Prediction", "Task"]
