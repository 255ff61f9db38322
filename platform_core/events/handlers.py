"""Who wants to hear of events: the port through which the relay finds handlers."""

import fnmatch
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from platform_core.plugins.facade import HookFacade
from platform_core.plugins.types import Event
from tenants.scope import OrganizationRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A handler of one plugin.

    Attributes:
        plugin: slug.
        key: name of the handler within the plugin.
        patterns: event types or shell patterns, as in `annotation.*`.
        handle: called in the organization's scope and inside a transaction of its own, at least once for each event.
        retries: further attempts after the first failure.
        interest: says which of several types the handler wants now; None: all that the patterns mean.
    """

    plugin: str
    key: str
    patterns: tuple[str, ...]
    handle: Callable[[OrganizationRef, Event], None]
    retries: int = 5
    interest: Callable[[frozenset[str]], Collection[str]] | None = None

    def wanted(self, event_types: frozenset[str]) -> frozenset[str]:
        """Return those of the types that the handler listens to now."""
        named = {name for name in event_types if any(fnmatch.fnmatchcase(name, pattern) for pattern in self.patterns)}
        if not named or self.interest is None:
            return frozenset(named)
        return frozenset(named & set(self.interest(frozenset(named))))


Provider = Callable[[frozenset[str]], Sequence[Subscription]]


def kernel_subscriptions(enabled: frozenset[str]) -> list[Subscription]:
    """Return what the enabled plugins of this process registered, each called under the kernel's time limit."""
    facade = HookFacade()
    found = []
    for name, spec in facade.registry.event_handlers(enabled).items():
        slug = name.partition(".")[0]
        found.append(
            Subscription(
                plugin=slug,
                key=spec.key,
                patterns=(spec.event_type,),
                handle=partial(facade.handle_event, slug, spec),
                retries=spec.retries,
                interest=partial(facade.wanted_events, slug, spec) if spec.wants is not None else None,
            )
        )
    return found


_providers: list[Provider] = [kernel_subscriptions]


@contextmanager
def use_provider(provider: Provider) -> Iterator[None]:
    """Take handlers from elsewhere inside the block; for tests."""
    _providers.append(provider)
    try:
        yield
    finally:
        _providers.pop()


def subscriptions(enabled: frozenset[str]) -> list[Subscription]:
    """Return the handlers of the enabled plugins; one of another plugin is left out, whoever offers it."""
    return [item for item in _providers[-1](enabled) if item.plugin in enabled]
