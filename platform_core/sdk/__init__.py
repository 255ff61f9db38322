"""All that a plugin may import. The core never imports it.

Names here are promised: a plugin written for hook level N works as long as `SUPPORTED_HOOK_LEVELS` holds N. What needs
models or views lives in submodules (`sdk.apps`, `sdk.fields`, `sdk.testing`), so that this package can be imported
while Django is still loading its apps.
"""

from platform_core.plugins.backend_registrations import (
    MLBackendSpec,
    MLContext,
    MLPrediction,
    MLTask,
    MLTraining,
    NavigationItem,
    StorageBackendSpec,
    StorageContext,
    StoredObject,
)
from platform_core.plugins.errors import BackendError, ExportFormatError, ImportFormatError
from platform_core.plugins.hookspecs import HOOK_LEVEL, SUPPORTED_HOOK_LEVELS, hookimpl
from platform_core.plugins.registrations import (
    DocumentPart,
    EventTypeSpec,
    ExportContext,
    ExportedTask,
    ExporterSpec,
    ExportMedia,
    ImportContext,
    ImportedTask,
    ImporterSpec,
    Notice,
    ProjectTemplateSpec,
    RouteSpec,
    SampleData,
    TaxonomySpec,
)
from platform_core.plugins.task_registrations import (
    StoredTaskQuery,
    TaskActionCall,
    TaskActionField,
    TaskActionResult,
    TaskActionSpec,
    TaskColumnSpec,
    TaskQuerySourceSpec,
)
from platform_core.plugins.types import (
    AnnotationContext,
    Event,
    EventHandlerSpec,
    Issue,
    LabelConfigContext,
    PlanNote,
    TaskContext,
    TaskIssue,
    TaxonomyRef,
)
from tenants.scope import OrganizationRef

__all__ = [
    "HOOK_LEVEL",
    "SUPPORTED_HOOK_LEVELS",
    "AnnotationContext",
    "BackendError",
    "DocumentPart",
    "Event",
    "EventHandlerSpec",
    "EventTypeSpec",
    "ExportContext",
    "ExportFormatError",
    "ExportMedia",
    "ExportedTask",
    "ExporterSpec",
    "ImportContext",
    "ImportFormatError",
    "ImportedTask",
    "ImporterSpec",
    "Issue",
    "LabelConfigContext",
    "MLBackendSpec",
    "MLContext",
    "MLPrediction",
    "MLTask",
    "MLTraining",
    "NavigationItem",
    "Notice",
    "OrganizationRef",
    "PlanNote",
    "ProjectTemplateSpec",
    "RouteSpec",
    "SampleData",
    "StorageBackendSpec",
    "StorageContext",
    "StoredObject",
    "StoredTaskQuery",
    "TaskActionCall",
    "TaskActionField",
    "TaskActionResult",
    "TaskActionSpec",
    "TaskColumnSpec",
    "TaskContext",
    "TaskIssue",
    "TaskQuerySourceSpec",
    "TaxonomyRef",
    "TaxonomySpec",
    "hookimpl",
]
