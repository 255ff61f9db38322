"""Which plugins are enabled where the running code works. Free of Django."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

EnabledSet = frozenset[str]


class NoEnabledSetError(RuntimeError):
    """Plugins were asked for outside `enabled_scope()`: a programming error, never a user's."""


_provider: ContextVar[Callable[[], EnabledSet] | None] = ContextVar("tenon_enabled_plugins", default=None)


def current_enabled_set() -> EnabledSet:
    """Return the slugs of the plugins enabled for the organization in scope.

    Raises:
        NoEnabledSetError: nothing says which. An empty answer would skip validators in silence.
    """
    provider = _provider.get()
    if provider is None:
        raise NoEnabledSetError("No set of enabled plugins in scope: enter enabled_scope(...) first")
    return provider()


@contextmanager
def enabled_scope(enabled: EnabledSet | Callable[[], EnabledSet]) -> Iterator[None]:
    """Say which plugins are enabled in this context.

    Args:
        enabled: the slugs, or a callable that finds them when first needed; it caches its answer itself.
    """
    token = _provider.set(enabled if callable(enabled) else lambda: enabled)
    try:
        yield
    finally:
        _provider.reset(token)
