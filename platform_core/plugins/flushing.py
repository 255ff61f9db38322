"""Writes a process's hook statistics every few seconds, in a thread of its own.

What a killed process has not written yet is lost.
"""

import logging
import threading
import time

from django.conf import settings
from django.db import Error, connections

from platform_core.plugins.services.hook_health import write_statistics
from platform_core.plugins.statistics import HookMeter, process_meter, when_started

logger = logging.getLogger(__name__)


@when_started
def start_writing() -> None:
    """Start the thread; `TENON_HOOK_STATISTICS_SECONDS=0` starts none."""
    seconds = settings.TENON_HOOK_STATISTICS_SECONDS
    if seconds > 0:
        arguments = (process_meter(), float(seconds))
        threading.Thread(target=_write_forever, args=arguments, name="tenon-hook-statistics", daemon=True).start()


def _write_forever(meter: HookMeter, seconds: float) -> None:  # pragma: no cover - a thread without an end
    while True:
        time.sleep(seconds)
        write_once(meter)


def write_once(meter: HookMeter) -> bool:
    """Write and let the connection go; say whether it could be written."""
    try:
        write_statistics(meter)
    except Error:
        logger.warning("Hook statistics cannot be written now; they are kept until the next time", exc_info=True)
        return False
    finally:
        connections.close_all()
    return True
