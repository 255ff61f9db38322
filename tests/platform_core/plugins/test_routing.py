from dataclasses import replace

import pytest
from django.urls import NoReverseMatch, path, reverse
from django.views import View

from platform_core.plugins.errors import PluginRejectedError
from platform_core.plugins.manifest import Manifest
from platform_core.plugins.registrations import RouteSpec
from platform_core.plugins.routing import mount, prefix_patterns

MANIFEST = Manifest(
    slug="sample", name="s", version="1", summary="s", author="a", license="l", hook_level=1, depends=(),
    api_prefixes=("sample", "second"), default_enabled=False, permissions=(), data_classes=(), settings_schema=None,
    retention_days=30, blocking=(),
)  # fmt: skip


class ThingAPI(View):
    pass


def route(**changes):
    return RouteSpec(**({"path": "things/", "view": ThingAPI, "name": "thing-list"} | changes))


def test_routes_lie_below_their_prefix_and_in_the_namespace_of_the_slug():
    routes = [route(), route(path="<int:pk>/", name="thing-detail", prefix="second"), route(path="", name="root")]
    module = type("Urls", (), {"urlpatterns": mount("sample", prefix_patterns(MANIFEST, routes))})

    assert reverse("sample:thing-list", urlconf=module) == "/sample/things/"
    with pytest.raises(NoReverseMatch):
        reverse("thing-list", urlconf=module)
    assert [pattern.namespace for pattern in module.urlpatterns] == ["sample", "sample"]
    assert path("", ThingAPI.as_view()).callback.view_class is ThingAPI


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"path": "/things/"}, "relative and end with a slash"),
        ({"path": "things"}, "relative and end with a slash"),
        ({"path": "<oops:pk>/"}, "malformed"),
        ({"name": "Thing_List"}, "kebab-case"),
        ({"prefix": "tasks"}, "not among"),
        ({"view": "no.such.View"}, "cannot be imported"),
        ({"view": "pathlib.Path"}, "no view class"),
    ],
)
def test_wrong_routes_are_refused_by_name(changes, message):
    with pytest.raises(PluginRejectedError, match=message) as caught:
        prefix_patterns(MANIFEST, [route(**changes)])

    assert str(caught.value).startswith(f"route {changes.get('name', 'thing-list')!r}")


def test_name_given_twice_is_refused():
    with pytest.raises(PluginRejectedError, match="twice"):
        prefix_patterns(MANIFEST, [route(), route(path="other/")])


def test_route_of_a_manifest_without_prefixes_is_refused():
    with pytest.raises(PluginRejectedError, match="lists no api_prefixes"):
        prefix_patterns(replace(MANIFEST, api_prefixes=()), [route()])
