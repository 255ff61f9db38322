"""Typed reading of the environment. The only module that touches `os.environ` for configuration."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


def text(name: str, default: str = "") -> str:
    """Return the variable's text without surrounding space, or `default` when it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def required(name: str, reason: str) -> str:
    """Return the variable's text.

    Raises:
        ImproperlyConfigured: it is unset or blank; the message carries `reason`.
    """
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {reason}")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """Return a boolean written as 1/true/yes/on or 0/false/no/off.

    Raises:
        ImproperlyConfigured: any other word.
    """
    value = os.environ.get(name)
    if value is None:
        return default
    word = value.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} must be one of 1, true, yes, on, 0, false, no, off; it is {value!r}")


def number(name: str, default: int) -> int:
    """Return a whole number.

    Raises:
        ImproperlyConfigured: the text is no whole number.
    """
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number; it is {value!r}") from error


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Return a comma separated list, blanks dropped."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def path(name: str, default: Path) -> Path:
    """Return an absolute path."""
    value = text(name)
    return (Path(value) if value else default).expanduser().absolute()
