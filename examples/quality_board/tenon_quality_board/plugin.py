"""The object that the entry point names."""

from collections.abc import Sequence

from platform_core.sdk import RouteSpec, hookimpl


class QualityBoardPlugin:
    """Hook implementations; what each hook means is specified by the sdk."""

    @hookimpl
    def register_routes(self) -> Sequence[RouteSpec]:
        """Pins."""
        return [RouteSpec(path="pins/", view="tenon_quality_board.views.PinListAPI", name="pin-list")]


plugin = QualityBoardPlugin()
