import os
import signal
import time

import pytest

from platform_core.quickstart.errors import StoppedError
from platform_core.quickstart.stopping import StopRequest


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_becomes_a_wish_and_the_old_handler_comes_back(number):
    before = signal.getsignal(number)
    with StopRequest() as stop:
        stop.check()
        os.kill(os.getpid(), number)

        with pytest.raises(StoppedError):
            stop.check()

    assert signal.getsignal(number) is before


def test_sleep_ends_early_when_somebody_asks():
    with StopRequest() as stop:
        signal.setitimer(signal.ITIMER_REAL, 0)
        previous = signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        began = time.monotonic()

        stop.sleep(30)

        assert time.monotonic() - began < 25
        signal.signal(signal.SIGALRM, previous)
