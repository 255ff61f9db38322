"""Answers: JSON by orjson, and bytes that the database has already made into JSON passed through."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from platform_core.api.json import RawJSON, dumps


class JSONRenderer(BaseRenderer):
    """Renders any value `platform_core.api.json.dumps` knows; `bytes` and `RawJSON` are the answer as they are."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002 - DRF's signature
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002 - DRF's signature
    ) -> bytes:
        """Return the body; None has no body."""
        if data is None:
            return b""
        if isinstance(data, bytes):
            return data
        if isinstance(data, RawJSON):
            return data.content
        return dumps(data)
