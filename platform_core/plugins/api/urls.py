"""Routes of plugins, and below `api/` those of the plugins themselves."""

from django.urls import URLPattern, URLResolver, include, path

from platform_core.plugins.api import console, views
from platform_core.plugins.api.navigation import NavigationAPI
from platform_core.plugins.loader import get_registry

plugin_patterns: list[URLPattern | URLResolver] = list(get_registry().url_resolvers())

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/plugins/", views.PluginListAPI.as_view(), name="plugin-list"),
    path("api/plugins/<slug:slug>/", views.PluginAPI.as_view(), name="plugin-detail"),
    path("api/plugins/<slug:slug>/plan/", views.PluginPlanAPI.as_view(), name="plugin-plan"),
    path("api/plugins/<slug:slug>/enable/", views.PluginEnableAPI.as_view(), name="plugin-enable"),
    path("api/plugins/<slug:slug>/disable/", views.PluginDisableAPI.as_view(), name="plugin-disable"),
    path("api/plugins/<slug:slug>/purge/", views.PluginPurgeAPI.as_view(), name="plugin-purge"),
    path("api/plugins/<slug:slug>/settings/", views.PluginSettingsAPI.as_view(), name="plugin-settings"),
    path("api/navigation/", NavigationAPI.as_view(), name="navigation-list"),
    path(
        "api/plugins/<slug:slug>/settings/history/",
        console.PluginSettingsHistoryAPI.as_view(),
        name="plugin-settings-history",
    ),
    path(
        "api/plugins/<slug:slug>/settings/check/",
        console.PluginSettingsCheckAPI.as_view(),
        name="plugin-settings-check",
    ),
    path("api/plugins/<slug:slug>/health/", console.PluginHealthAPI.as_view(), name="plugin-health"),
    path("api/plugins/<slug:slug>/impact/", console.PluginImpactAPI.as_view(), name="plugin-impact"),
    path("api/plugins/<slug:slug>/export/", console.PluginExportAPI.as_view(), name="plugin-export"),
    path("api/plugins/<slug:slug>/export/<uuid:job_id>/", console.PluginArchiveAPI.as_view(), name="plugin-archive"),
    path("api/plugins/<slug:slug>/import/", console.PluginImportAPI.as_view(), name="plugin-import"),
    path("api/", include(plugin_patterns)),
]
