"""Why a plugin cannot be proven at all, which is not the same as failing."""


class ProveError(RuntimeError):
    """The kit cannot run. The message says why and what to do."""
