"""Objects of the labelling API for receivers outside: in the API's shape, without anything secret.

For code that acts for the organization, such as event handlers. What is shown to a member goes through `sdk.tasks`.
"""

from platform_core.tasks.queries.documents import (
    annotation_documents,
    imported_task_documents,
    project_document,
    task_documents,
)

__all__ = ["annotation_documents", "imported_task_documents", "project_document", "task_documents"]
