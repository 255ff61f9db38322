"""Routes of the audit on an organization's host."""

from django.urls import path

from platform_core.events.api import views

urlpatterns = [
    path("api/audit/", views.AuditListAPI.as_view(), name="audit-list"),
    path("api/audit/export/", views.AuditExportAPI.as_view(), name="audit-export"),
]
