"""The object that the entry point names."""

from collections.abc import Sequence

from platform_core.sdk import MLBackendSpec, NavigationItem, RouteSpec, hookimpl
from tenon_tiny_ml.words import WORDS


class TinyMLPlugin:
    """Hook implementations; what each hook means is specified by the sdk."""

    @hookimpl
    def register_ml_backends(self) -> Sequence[MLBackendSpec]:
        """The classifier."""
        return [WORDS]

    @hookimpl
    def register_routes(self) -> Sequence[RouteSpec]:
        """Runs."""
        return [RouteSpec(path="runs/", view="tenon_tiny_ml.views.RunListAPI", name="run-list")]

    @hookimpl
    def register_navigation(self) -> Sequence[NavigationItem]:
        """The page of the runs."""
        return [NavigationItem(key="runs", title="Tiny model", path="runs/", permission="tiny_ml.runs.start")]


plugin = TinyMLPlugin()
