"""How the sdk lets go of a name: it stays for one more hook level and warns, and the warning names what removes it.

    __getattr__ = moved(__name__, {"OldSpec": ("platform_core.sdk", "NewSpec", RemovedInHookLevel3Warning)})

Tests of plugins that make warnings errors (`-W error`) find such uses before the release that removes them does.
"""

import importlib
import warnings
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["RemovedInHookLevel3Warning", "RemovedInHookLevelWarning", "moved"]


class RemovedInHookLevelWarning(DeprecationWarning):
    """A name of the sdk goes. Subclasses name the hook level, and the release, that no longer has it.

    Attributes:
        level: the first hook level without it.
        release: the first release that has this level.
    """

    level: int
    release: str


class RemovedInHookLevel3Warning(RemovedInHookLevelWarning):
    """It works with plugins of level 1 and 2."""

    level = 3
    release = "0.3"


def moved(module: str, names: Mapping[str, tuple[str, str, type[RemovedInHookLevelWarning]]]) -> Callable[[str], Any]:
    """Return a module's `__getattr__` that finds names where they are now, and warns.

    Args:
        module: `__name__` of the module that had them.
        names: old name to the module and the name that replace it, and the warning.
    """

    def find(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        target, new, warning = names[name]
        message = (
            f"{module}.{name} is {target}.{new} now; hook level {warning.level}, in release {warning.release}, "
            "no longer has the old name."
        )
        warnings.warn(message, warning, stacklevel=2)
        return getattr(importlib.import_module(target), new)

    return find
