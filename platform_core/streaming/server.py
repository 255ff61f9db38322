"""The server of the streams: uvicorn, which would wait for streams that never end by themselves."""

import socket

import uvicorn

from platform_core.streaming.asgi import StreamApplication


class StreamServer(uvicorn.Server):
    """Ends the streams when it is asked to stop."""

    def __init__(self, config: uvicorn.Config, application: StreamApplication) -> None:
        super().__init__(config)
        self._application = application

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; pages see the end of their stream and come back by themselves."""
        self._application.hub.end_all()
        await super().shutdown(sockets)
