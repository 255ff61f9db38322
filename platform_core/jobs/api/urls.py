"""Routes of jobs on an organization's host."""

from django.urls import path

from platform_core.jobs.api import views

urlpatterns = [
    path("api/jobs/", views.JobListAPI.as_view(), name="job-list"),
    path("api/jobs/<uuid:job_id>/", views.JobAPI.as_view(), name="job-detail"),
    path("api/jobs/<uuid:job_id>/cancel/", views.JobCancelAPI.as_view(), name="job-cancel"),
    path("api/jobs/<uuid:job_id>/retry/", views.JobRetryAPI.as_view(), name="job-retry"),
]
