"""Routes of projects."""

from django.urls import path

from platform_core.projects.api import duplication, fact_views, template_views, views

urlpatterns = [
    path("api/projects/", views.ProjectListAPI.as_view(), name="project-list"),
    path("api/projects/counts/", views.ProjectCountsAPI.as_view(), name="project-counts"),
    path("api/projects/validate/", views.LabelConfigValidateAPI.as_view(), name="label-config-validate"),
    path("api/projects/<int:pk>/", views.ProjectAPI.as_view(), name="project-detail"),
    path("api/projects/<int:pk>/validate/", views.ProjectValidateAPI.as_view(), name="project-validate"),
    path("api/projects/<int:pk>/access/", views.ProjectAccessAPI.as_view(), name="project-access"),
    path("api/project-templates/", template_views.ProjectTemplateListAPI.as_view(), name="project-template-list"),
    path(
        "api/project-templates/<str:key>/", template_views.ProjectTemplateAPI.as_view(), name="project-template-detail"
    ),
    path("api/projects/<int:pk>/duplicate/", duplication.ProjectDuplicateAPI.as_view(), name="project-duplicate"),
    path("api/projects/<int:pk>/annotators/", fact_views.ProjectAnnotatorsAPI.as_view(), name="project-annotators"),
    path("api/projects/<int:pk>/summary/", fact_views.ProjectSummaryAPI.as_view(), name="project-summary"),
    path("api/projects/<int:pk>/sample-task/", fact_views.SampleTaskAPI.as_view(), name="project-sample-task"),
    path(
        "api/projects/<int:pk>/model-versions/",
        fact_views.ProjectModelVersionsAPI.as_view(),
        name="project-model-versions",
    ),
    path(
        "api/projects/<int:pk>/label-config-schema/",
        fact_views.LabelConfigSchemaAPI.as_view(),
        name="project-label-config-schema",
    ),
]
