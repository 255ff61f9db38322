"""Which addresses may be called."""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import requests
from django.conf import settings
from requests_hardened.ip_filter import filter_host

from platform_core.outbound.errors import OutboundFailedError, OutboundRefusedError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_HOST_CHARS: Final = 253
# What the library's own ranges leave out, or older Pythons judge wrongly.
REFUSED: Final[tuple[Network, ...]] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "168.63.129.16/32",  # a public address by number, the host's own services by meaning (Azure)
        "::/8",  # IPv4-compatible, translated and other special forms
        "fec0::/10",  # site-local, of old
    )
)
# The only IPv6 block from which addresses are given to anybody.
GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")
# Of a cloud's host. A name in the operator's list does not open them, for the name's owner chooses its address.
METADATA: Final = (ipaddress.ip_network("169.254.0.0/16"), ipaddress.ip_network("fd00:ec2::/32"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowList:
    """What the operator opens although it is private."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = field(default=())

    def opens(self, host: str, address: Address) -> bool:
        """Say whether the address may be called when it is reached under this name."""
        if any(address in network for network in self.networks if network.version == address.version):
            return True
        return host in self.hosts and not any(address in network for network in METADATA)


def allow_list() -> AllowList:
    """Return the operator's list, `TENON_OUTBOUND_ALLOW`."""
    return _parsed(tuple(settings.TENON_OUTBOUND_ALLOW))


@lru_cache(maxsize=8)
def _parsed(words: tuple[str, ...]) -> AllowList:
    hosts, networks = set(), []
    for word in words:
        try:
            networks.append(ipaddress.ip_network(word.replace("[", "").replace("]", ""), strict=False))
        except ValueError:
            hosts.add(plain_host(word))
    return AllowList(hosts=frozenset(hosts), networks=tuple(networks))


def plain_host(host: str) -> str:
    """Return a name as it is compared: in small letters and without the root's dot."""
    return host.lower().rstrip(".")


def approved_addresses(host: str, port: int) -> list[Address]:
    """Look a name up and return its addresses, each of which may be called.

    Raises:
        OutboundRefusedError: at least one of them may not; a name that mixes both kinds is an attack or a mistake.
        OutboundFailedError: the name is unknown.
    """
    name = plain_host(host)
    allowed = allow_list()
    addresses = list(dict.fromkeys(_look_up(name, port)))
    for address in addresses:
        if not allowed.opens(name, address) and _is_refused(address):
            raise OutboundRefusedError(
                f"{name} has an address that must not be called from here; the operator can allow it.",
                data={"host": name},
            )
    return addresses


def _look_up(host: str, port: int) -> Iterable[Address]:
    if not host or len(host) > MAX_HOST_CHARS:
        raise OutboundRefusedError("The URL has no usable host.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutboundFailedError(f"{host} is not known.", data={"host": host}) from error
    for family, _, _, _, place in found:
        if family in (socket.AF_INET, socket.AF_INET6):
            yield _unmapped(ipaddress.ip_address(str(place[0]).partition("%")[0]))


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, so that one rule judges both spellings."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_refused(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in GLOBAL_UNICAST:
        return True
    if any(address in network for network in REFUSED if network.version == address.version):
        return True
    if not address.is_global or address.is_multicast or address.is_reserved:
        return True
    try:
        # The library's judgement of exactly the address that will be connected.
        filter_host(str(address), 0, allow_loopback=False)
    except requests.RequestException:
        return True
    return False
