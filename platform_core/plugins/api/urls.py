"""Routes of plugins, and below `api/` those of the plugins themselves."""

from django.urls import URLPattern, URLResolver, include, path

from platform_core.plugins.api import views
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
    path("api/", include(plugin_patterns)),
]
