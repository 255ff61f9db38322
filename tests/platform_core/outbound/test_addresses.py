import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.outbound import OutboundFailedError, OutboundRefusedError, refuse_unless_allowed
from platform_core.outbound.addresses import approved_addresses

FORMS = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "localhost", "LOCALHOST.",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "169.254.169.254", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]", "10.0.0.1", "172.16.0.1", "192.168.0.1",
    "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "192.0.2.1", "[ff02::1]", "[2001:db8::1]", "[2001::1]", "\u2460\u2461\u2466.0.0.1",
]  # fmt: skip


def answers_of(monkeypatch, *answers):
    """Let names be looked up here: one list of addresses a look-up; addresses stay what they are."""
    real, waiting = socket.getaddrinfo, list(answers)

    def fake(host, port, *args, **kwargs):
        try:
            ipaddress.ip_address(host)
        except ValueError:
            found = waiting.pop(0)
            return [entry for one in found for entry in real(one, port, type=socket.SOCK_STREAM)]
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", fake)


@pytest.mark.parametrize("host", FORMS)
def test_private_and_reserved_forms_are_refused(host):
    with pytest.raises(OutboundRefusedError):
        refuse_unless_allowed(f"http://{host}/x")


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_approved(monkeypatch, address):
    answers_of(monkeypatch, [address])
    assert approved_addresses("some.example", 443) == [ipaddress.ip_address(address)]


@given(st.ip_addresses())
def test_nothing_private_passes(address):
    try:
        approved = approved_addresses(str(address), 80)
    except OutboundRefusedError:
        return
    assert all(one.is_global and not one.is_multicast and not one.is_loopback for one in approved)


def test_one_private_record_among_public_ones_is_refused(monkeypatch):
    answers_of(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(OutboundRefusedError):
        approved_addresses("mixed.example", 443)


def test_unknown_name_fails_as_such(monkeypatch):
    answers_of(monkeypatch)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(socket.gaierror("no")))
    with pytest.raises(OutboundFailedError, match=r"nowhere\.example"):
        approved_addresses("nowhere.example", 443)


def test_operator_opens_networks_and_names(settings, monkeypatch):
    settings.TENON_OUTBOUND_ALLOW = ["10.2.0.0/16", "ml.internal", "[fd12::]/16"]
    assert approved_addresses("10.2.3.4", 80)
    assert approved_addresses("fd12::1", 80)
    assert approved_addresses("::ffff:10.2.3.4", 80) == [ipaddress.ip_address("10.2.3.4")]
    with pytest.raises(OutboundRefusedError):
        approved_addresses("10.3.0.1", 80)
    answers_of(monkeypatch, ["10.9.9.9"], ["10.9.9.9"], ["169.254.169.254"])
    assert approved_addresses("ML.internal.", 80)
    with pytest.raises(OutboundRefusedError):
        approved_addresses("other.internal", 80)
    with pytest.raises(OutboundRefusedError):
        approved_addresses("ml.internal", 80)
