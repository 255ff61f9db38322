"""`tenon worker`: runs background jobs and relays events."""

import logging
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from platform_core.events.relay import worker_process
from platform_core.jobs.heartbeat import StopRequest
from platform_core.jobs.rq_worker import run_queue
from platform_core.jobs.supervisor import WorkerSupervisor
from platform_core.jobs.types import QUEUES
from platform_core.jobs.worker import DatabaseWorker
from platform_core.plugins.jobs import ensure_housekeeping

SUPERVISOR, DATABASE, SWEEPER = "supervisor", "database", "sweeper"


class Command(BaseCommand):
    """With REDIS_URL: one process a queue and a sweeper. Without: one process that finds its work in the database."""

    help = "Run background jobs and relay events, from Redis by REDIS_URL or else from the database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--queues", default=",".join(QUEUES), help="Comma separated, most urgent first.")
        parser.add_argument("--burst", action="store_true", help="Do what is due, from the database, and leave.")
        parser.add_argument("--poll-seconds", type=float, default=30.0, help="Time between two looks at everything.")
        parser.add_argument("--grace-seconds", type=float, default=10.0, help="What a job may take after SIGTERM.")
        parser.add_argument("--ready-file", type=Path, help="Touched when the worker begins to look for work.")
        parser.add_argument(
            "--role", default=SUPERVISOR, help="What one process of the worker does; for its supervisor."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Work until SIGTERM or SIGINT."""
        queues = tuple(name.strip() for name in options["queues"].split(",") if name.strip())
        unknown = sorted(set(queues) - set(QUEUES))
        if unknown or not queues:
            raise CommandError(f"Queues are {', '.join(QUEUES)}; unknown: {', '.join(unknown) or 'none given'}")
        stop = _stop_on_signals(options["grace_seconds"])
        role = options["role"]
        if role == SUPERVISOR and not options["burst"]:
            self._supervise(queues, options, stop)
            return
        _become_worker()
        if role in QUEUES:
            run_queue(role, stop=stop)
            return
        ensure_housekeeping()
        worker = DatabaseWorker(
            stop=stop,
            queues=queues,
            sweep_seconds=options["poll_seconds"],
            beside_redis=role == SWEEPER,
            ready_file=options["ready_file"],
        )
        worker.run(burst=options["burst"])

    def _supervise(self, queues: tuple[str, ...], options: dict[str, Any], stop: StopRequest) -> None:
        common = ["--queues", ",".join(queues), "--poll-seconds", str(options["poll_seconds"])]
        common += ["--grace-seconds", str(options["grace_seconds"])]
        common += ["--ready-file", str(options["ready_file"])] if options["ready_file"] else []
        names = [SWEEPER, *queues] if settings.REDIS_URL else [DATABASE]
        roles: dict[str, Sequence[str]] = {name: ["--role", name, *common] for name in names}
        logging.getLogger(__name__).info("Workers: %s", ", ".join(names))
        WorkerSupervisor(roles=roles, stop=stop, grace_seconds=options["grace_seconds"]).run()


def _stop_on_signals(grace_seconds: float) -> StopRequest:
    stop = StopRequest(grace_seconds)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _become_worker() -> None:
    """Let the kernel's timer end this process when a job cannot be stopped otherwise."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    worker_process.is_set = True
