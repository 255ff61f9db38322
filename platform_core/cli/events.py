"""`tenon events`: the process that streams events to open pages."""

import click

from platform_core.cli import boot

_STOP_SECONDS = 3


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8002, show_default=True, type=click.IntRange(1, 65535))
@click.option("--quiet", is_flag=True, help="Log warnings and errors only.")
def events(*, host: str, port: int, quiet: bool) -> None:
    """Stream events to open pages.

    Pages come here from `/api/events/`, which gives them a ticket: set TENON_EVENTS_PORT to this port, or have a proxy
    send the path `/api/events/stream/` of every organization here.
    """
    with boot.prepared(make_database=False):
        # Inline: Django is imported after the settings and plugins are known.
        import django

        django.setup()
        run_server(host=host, port=port, quiet=quiet)


def run_server(*, host: str, port: int, quiet: bool) -> None:
    """Serve until SIGTERM or SIGINT; open streams are ended, and their pages come back."""
    # Inline: the other commands need no such server, and models need the set-up.
    import uvicorn

    from platform_core.streaming.asgi import StreamApplication
    from platform_core.streaming.server import StreamServer

    application = StreamApplication()
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_level="warning" if quiet else "info",
        access_log=False,  # its lines would hold tickets
        timeout_graceful_shutdown=_STOP_SECONDS,
        timeout_keep_alive=5,
        lifespan="on",
        server_header=False,
    )
    StreamServer(config, application).run()
