"""Whose code is acting: the plugin of the route, hook or job at work. The audit writes it down."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token

_plugin: ContextVar[str] = ContextVar("tenon_acting_plugin", default="")


def acting_plugin() -> str:
    """Return the slug of the plugin at work, or an empty text for the core."""
    return _plugin.get()


def act_from_now_on_as(slug: str) -> None:
    """Ascribe what follows to a plugin, until the `acting_as` around the caller ends."""
    _plugin.set(slug)


def begin_acting(slug: str) -> Token[str]:
    """Ascribe what follows to a plugin until `end_acting`; for hot paths, where `acting_as` would cost more."""
    return _plugin.set(slug)


def end_acting(token: Token[str]) -> None:
    """Ascribe what follows to whom it was ascribed before."""
    _plugin.reset(token)


@contextmanager
def acting_as(slug: str) -> Iterator[None]:
    """Ascribe what happens inside the block to a plugin; an empty slug means the core."""
    token = _plugin.set(slug)
    try:
        yield
    finally:
        _plugin.reset(token)
