"""What a plugin asks for, and what of it an admin has agreed to. Free of Django."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from platform_core.plugins.manifest import Manifest

HOST_PREFIX = "host:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a plugin asks for: codenames, data classes and outbound hosts, each sorted."""

    permissions: tuple[str, ...] = ()
    data_classes: tuple[str, ...] = ()
    outbound_hosts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.permissions or self.data_classes or self.outbound_hosts)

    def as_json(self) -> dict[str, list[str]]:
        """Return plain JSON values."""
        return {key: list(value) for key, value in asdict(self).items()}

    def withheld(self) -> list[str]:
        """Return what is inert until it is agreed to: codenames, and hosts as `host:NAME`."""
        return [*self.permissions, *(f"{HOST_PREFIX}{host}" for host in self.outbound_hosts)]


def asked_by(manifest: Manifest) -> Asked:
    """Return everything that a plugin asks for."""
    return Asked(
        permissions=tuple(sorted(item.codename for item in manifest.permissions)),
        data_classes=tuple(sorted(manifest.data_classes)),
        outbound_hosts=tuple(sorted(manifest.outbound_hosts)),
    )


def grown(agreed: Mapping[str, Any] | None, asked: Asked) -> Asked:
    """Return what is asked beyond what was agreed to; nothing where no consent was kept.

    Args:
        agreed: as `Asked.as_json` wrote it, with further keys.
    """
    return _without(asked, agreed) if agreed is not None else Asked()


def shrunk(agreed: Mapping[str, Any] | None, asked: Asked) -> Asked:
    """Return what was agreed to and is no longer asked."""
    if agreed is None:
        return Asked()
    before = Asked(**{key: tuple(sorted(agreed.get(key, ()))) for key in asdict(asked)})
    return _without(before, asked.as_json())


def _without(asked: Asked, taken: Mapping[str, Any]) -> Asked:
    return Asked(
        **{key: tuple(item for item in value if item not in taken.get(key, ())) for key, value in asdict(asked).items()}
    )


def host_matches(host: str, patterns: tuple[str, ...]) -> bool:
    """Say whether a host is one of those named; `*.example.com` means what is below, not the domain itself."""
    name = host.lower().rstrip(".")
    return any(
        pattern == "*" or name == pattern or (pattern.startswith("*.") and name.endswith(pattern[1:]))
        for pattern in patterns
    )
