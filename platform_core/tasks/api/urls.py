"""Routes of tasks, annotations, predictions, imports and exports. Paths without a last slash are Label Studio's."""

from django.urls import path

from platform_core.tasks.api import import_views, task_views, upload_views, work_views

urlpatterns = [
    path("api/tasks/", task_views.TaskListAPI.as_view(), name="task-list"),
    path("api/tasks/<int:pk>/", task_views.TaskAPI.as_view(), name="task-detail"),
    path("api/tasks/<int:pk>/annotations/", work_views.AnnotationListAPI.as_view(), name="annotation-list"),
    path("api/annotations/<int:pk>/", work_views.AnnotationAPI.as_view(), name="annotation-detail"),
    path("api/predictions/", work_views.PredictionListAPI.as_view(), name="prediction-list"),
    path("api/predictions/<int:pk>/", work_views.PredictionAPI.as_view(), name="prediction-detail"),
    path("api/projects/<int:pk>/tasks/", task_views.ProjectTasksAPI.as_view(), name="project-tasks"),
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
    path("api/projects/<int:pk>/export", import_views.ExportAPI.as_view(), name="project-export"),
    path("api/projects/<int:pk>/export/formats", import_views.ExportFormatsAPI.as_view(), name="export-formats"),
]
