"""Routes of projects."""

from django.urls import path

from platform_core.projects.api import views

urlpatterns = [
    path("api/projects/", views.ProjectListAPI.as_view(), name="project-list"),
    path("api/projects/counts/", views.ProjectCountsAPI.as_view(), name="project-counts"),
    path("api/projects/validate/", views.LabelConfigValidateAPI.as_view(), name="label-config-validate"),
    path("api/projects/<int:pk>/", views.ProjectAPI.as_view(), name="project-detail"),
    path("api/projects/<int:pk>/validate/", views.ProjectValidateAPI.as_view(), name="project-validate"),
    path("api/projects/<int:pk>/access/", views.ProjectAccessAPI.as_view(), name="project-access"),
]
