"""The object that the entry point names."""

from collections.abc import Sequence

from platform_core.sdk import RouteSpec, StorageBackendSpec, hookimpl
from tenon_box_storage.boxes import BOX


class BoxStoragePlugin:
    """Hook implementations; what each hook means is specified by the sdk."""

    @hookimpl
    def register_storage_backends(self) -> Sequence[StorageBackendSpec]:
        """Boxes."""
        return [BOX]

    @hookimpl
    def register_routes(self) -> Sequence[RouteSpec]:
        """The objects of a box."""
        return [RouteSpec(path="objects/", view="tenon_box_storage.views.ItemListAPI", name="object-list")]


plugin = BoxStoragePlugin()
