"""What the hourly housekeeping does, said by the apps whose house it is."""

from collections.abc import Callable
from typing import Final, TypeVar

Step = Callable[[], object]
Registered = TypeVar("Registered", bound=Step)

_steps: Final[dict[str, Step]] = {}


def housekeeping_step(function: Registered) -> Registered:
    """Have a function of an app's `jobs` module called once an hour, in no organization's scope.

    It must be quick and safe to repeat: what takes long, or belongs to one organization, it starts as jobs.
    """
    _steps[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def housekeeping_steps() -> dict[str, Step]:
    """Return the registered functions by their path."""
    return dict(_steps)
