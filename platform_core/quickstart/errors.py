"""Why a quickstart does not come up; every message says what to do."""


class QuickstartError(RuntimeError):
    """The quickstart cannot go on; the message is for the person at the terminal."""


class StoppedError(Exception):
    """The person asked to stop while the quickstart was still starting."""
