"""Routes of tasks, annotations, predictions, imports and exports. Paths without a last slash are Label Studio's."""

from django.urls import path

from platform_core.tasks.api import (
    bulk_views,
    draft_views,
    export_views,
    flow_views,
    history_views,
    import_views,
    snapshot_views,
    task_views,
    upload_views,
    work_views,
)

urlpatterns = [
    path("api/tasks/", task_views.TaskListAPI.as_view(), name="task-list"),
    path("api/tasks/<int:pk>/", task_views.TaskAPI.as_view(), name="task-detail"),
    path("api/tasks/<int:pk>/annotations/", work_views.AnnotationListAPI.as_view(), name="annotation-list"),
    path("api/tasks/<int:pk>/drafts", draft_views.TaskDraftListAPI.as_view(), name="task-draft-list"),
    path(
        "api/tasks/<int:pk>/annotations/<int:annotation_pk>/drafts",
        draft_views.AnnotationDraftListAPI.as_view(),
        name="annotation-draft-list",
    ),
    path("api/drafts/<int:pk>/", draft_views.DraftAPI.as_view(), name="draft-detail"),
    path("api/annotations/bulk/", bulk_views.BulkAnnotationAPI.as_view(), name="annotation-bulk"),
    path("api/annotations/bulk-delete/", bulk_views.BulkDeleteAnnotationAPI.as_view(), name="annotation-bulk-delete"),
    path("api/annotation-history/", history_views.AnnotationHistoryAPI.as_view(), name="annotation-history"),
    path(
        "api/annotation-history/<int:pk>/",
        history_views.AnnotationHistoryItemAPI.as_view(),
        name="annotation-history-item",
    ),
    path(
        "api/fsm/entities/<slug:entity>/<int:pk>/history",
        history_views.StateHistoryAPI.as_view(),
        name="state-history",
    ),
    path(
        "api/fsm/entities/<slug:entity>/<int:pk>/transition/",
        history_views.TransitionAPI.as_view(),
        name="state-transition",
    ),
    path("api/annotations/<int:pk>/", work_views.AnnotationAPI.as_view(), name="annotation-detail"),
    path("api/predictions/", work_views.PredictionListAPI.as_view(), name="prediction-list"),
    path("api/predictions/<int:pk>/", work_views.PredictionAPI.as_view(), name="prediction-detail"),
    path("api/projects/<int:pk>/tasks/", task_views.ProjectTasksAPI.as_view(), name="project-tasks"),
    path("api/projects/<int:pk>/next/", flow_views.NextTaskAPI.as_view(), name="project-next"),
    path("api/projects/<int:pk>/import", import_views.ImportAPI.as_view(), name="project-import"),
    path(
        "api/projects/<int:pk>/import/predictions",
        import_views.ImportPredictionsAPI.as_view(),
        name="project-import-predictions",
    ),
    path("api/projects/<int:pk>/imports/<int:import_pk>/", import_views.ImportRunAPI.as_view(), name="import-detail"),
    path("api/projects/<int:pk>/reimport", import_views.ReimportAPI.as_view(), name="project-reimport"),
    path("api/projects/<int:pk>/file-uploads", upload_views.FileUploadListAPI.as_view(), name="file-upload-list"),
    path("api/import/file-upload/<int:pk>", upload_views.FileUploadAPI.as_view(), name="file-upload-detail"),
    path("data/upload/<int:project_pk>/<str:name>", upload_views.UploadedFileAPI.as_view(), name="uploaded-file"),
    path("api/projects/<int:pk>/export", export_views.ExportAPI.as_view(), name="project-export"),
    path("api/projects/<int:pk>/export/formats", export_views.ExportFormatsAPI.as_view(), name="export-formats"),
    path("api/projects/<int:pk>/exports/", snapshot_views.SnapshotListAPI.as_view(), name="snapshot-list"),
    path("api/projects/<int:pk>/exports/<int:export_pk>", snapshot_views.SnapshotAPI.as_view(), name="snapshot-detail"),
    path(
        "api/projects/<int:pk>/exports/<int:export_pk>/convert",
        snapshot_views.SnapshotConvertAPI.as_view(),
        name="snapshot-convert",
    ),
    path(
        "api/projects/<int:pk>/exports/<int:export_pk>/download",
        snapshot_views.SnapshotDownloadAPI.as_view(),
        name="snapshot-download",
    ),
]
