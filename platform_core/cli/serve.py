"""`tenon serve`: the web server."""

import os
import signal
from functools import partial
from typing import TYPE_CHECKING

import click

from platform_core.cli import boot
from platform_core.embedded.process import die_with_parent

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_APPLICATION = "platform_core.wsgi:application"
_KILL_AFTER_SECONDS = 20


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 256), help="Web processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Requests at once in each.")
@click.option("--quiet", is_flag=True, help="Log warnings and errors only.")
def serve(*, host: str, port: int, workers: int, threads: int, quiet: bool) -> None:
    """Serve the platform over HTTP; a web process that dies is started anew.

    The public domain, the organizations' hosts and who may be reached follow the settings, not these options.
    """
    with boot.prepared(make_database=False):
        run_server(host=host, port=port, workers=workers, threads=threads, quiet=quiet)


def run_server(*, host: str, port: int, workers: int, threads: int, quiet: bool) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished."""
    # Inline: the other commands need no web server.
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    server = Granian(
        _APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=_KILL_AFTER_SECONDS,
        log_level=LogLevels.warning if quiet else LogLevels.info,
    )
    server.serve(target_loader=partial(load_application, os.getpid()), wrap_loader=False)


def load_application(parent: int) -> "WSGIApplication":
    """Load the application in a web process, which from now on ends with its parent even if that one is killed."""
    # A forked process starts with its parent's handlers, which would swallow a signal that comes while it still loads.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    # Not SIGTERM: one that meets the web server while it starts can leave it hanging for ever (seen under load). A parent
    # that stops in order waits for its web processes, so this only follows a parent that was killed itself.
    die_with_parent(signal.SIGKILL, parent)
    # Inline: Django belongs into the web processes, not into their parent.
    from platform_core.wsgi import application

    return application
