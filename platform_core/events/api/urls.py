"""Routes of audit and events on an organization's host."""

from django.urls import path

from platform_core.events.api import stream_views, views

urlpatterns = [
    path("api/audit/", views.AuditListAPI.as_view(), name="audit-list"),
    path("api/audit/export/", views.AuditExportAPI.as_view(), name="audit-export"),
    path("api/events/", stream_views.EventStreamAPI.as_view(), name="event-stream"),
]
