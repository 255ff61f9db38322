import socket

import pytest

from platform_core.outbound import (
    OutboundFailedError,
    OutboundLimits,
    OutboundRefusedError,
    OutboundTimeoutError,
    OutboundTooLargeError,
    call,
    open_stream,
    refuse_unless_allowed,
)
from tests.platform_core.outbound.test_addresses import answers_of

SECRET = "hunter2-very-secret"


def test_call_returns_status_headers_and_body(opened):
    answer = call(url=f"{opened.url}/plain", headers={"X-Mine": "1", "Host": "other", "Content-Length": "7"})
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (200, b"hello", "plain")
    headers = opened.seen[0][2]
    assert headers["Host"] == f"127.0.0.1:{opened.port}"
    assert headers["User-Agent"] == "Tenon"
    assert headers["X-Mine"] == "1"
    assert "Content-Length" not in headers


def test_call_sends_a_body_and_takes_errors_as_answers(opened):
    assert call(method="post", url=opened.url, body=b"abc").body == b"ABC"
    assert call(url=f"{opened.url}/broken").status == 500


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.org/", "//example.org", "http://", "http:///x",
     f"http://me:{SECRET}@example.org/", "http://example.org\\@127.0.0.1/", "http://a b/", "http://x\r\ny/",
     "http://example.org:99999/", "http://[::1", "http://" + "a" * 9000, "http://" + "a" * 300 + "/", "jar:http://x!/",
     "http://\u2100/", "http://-._-/"],
)  # fmt: skip
def test_malformed_and_foreign_urls_are_refused(url):
    with pytest.raises((OutboundRefusedError, OutboundFailedError)) as caught:
        call(url=url)
    assert SECRET not in str(caught.value)
    with pytest.raises((OutboundRefusedError, OutboundFailedError)):
        refuse_unless_allowed(url)


def test_loopback_is_not_called_unless_opened(neighbour):
    with pytest.raises(OutboundRefusedError):
        call(url=neighbour.url)
    assert neighbour.seen == []


def test_environment_neither_redirects_nor_adds_credentials(opened, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    assert call(url=opened.url).status == 200
    assert "Authorization" not in opened.seen[0][2]


def test_redirects_are_not_followed_unless_asked(opened):
    assert call(url=f"{opened.url}/redirect?/plain").status == 302
    answer = call(url=f"{opened.url}/redirect?/plain", limits=OutboundLimits(redirects=1))
    assert (answer.status, answer.url) == (200, f"{opened.url}/plain")


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.2/", "http://[::1]/", "file:///etc/passwd", "http://169.254.169.254/latest/", "//10.0.0.1/"],
)
def test_redirect_to_a_private_place_is_refused(opened, target):
    with pytest.raises(OutboundRefusedError):
        call(url=f"{opened.url}/redirect?{target}", limits=OutboundLimits(redirects=5))


def test_redirect_loop_ends_and_a_post_is_never_repeated(opened):
    with pytest.raises(OutboundFailedError, match="redirects"):
        call(url=f"{opened.url}/redirect?/redirect", limits=OutboundLimits(redirects=3))
    assert len(opened.seen) == 4


def test_redirect_elsewhere_loses_the_credentials(opened, settings):
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1", "localhost"]
    target = f"http://localhost:{opened.port}/plain"
    headers = {"Authorization": SECRET, "Cookie": SECRET, "X-Api-Key": SECRET, "Accept": "text/plain"}
    assert (
        call(url=f"{opened.url}/redirect?{target}", headers=headers, limits=OutboundLimits(redirects=1)).status == 200
    )
    assert SECRET in str(opened.seen[0][2])
    assert SECRET not in str(opened.seen[1][2])
    assert opened.seen[1][2]["Accept"] == "text/plain"


def test_rebound_name_is_judged_again_and_only_the_judged_address_is_connected(neighbour, monkeypatch):
    answers_of(monkeypatch, ["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"])
    refuse_unless_allowed(f"http://rebind.example:{neighbour.port}/")
    with pytest.raises(OutboundRefusedError):
        call(url=f"http://rebind.example:{neighbour.port}/")
    assert neighbour.seen == []


def test_look_up_happens_once_a_connection(opened, settings, monkeypatch):
    settings.TENON_OUTBOUND_ALLOW = ["once.example"]
    answers_of(monkeypatch, ["127.0.0.1"])
    assert call(url=f"http://once.example:{opened.port}/").status == 200
    assert opened.seen[0][2]["Host"] == f"once.example:{opened.port}"


@pytest.mark.parametrize("path", ["announced", "announced_beyond_numbers", "chunked?5"])
def test_large_answer_is_cut(opened, path):
    with pytest.raises(OutboundTooLargeError) as caught:
        call(url=f"{opened.url}/{path}", limits=OutboundLimits(max_bytes=1500))
    assert caught.value.data["limit"] == 1500


def test_stream_is_read_in_pieces(opened):
    with open_stream(url=f"{opened.url}/chunked?5") as stream:
        assert stream.read(10) == b"x" * 10
        assert len(b"".join(stream.chunks()) + stream.read()) >= 3000
        assert stream.read() == b""
    with open_stream(url=f"{opened.url}/chunked?5") as stream:
        stream.read(1)
        assert len(stream.read()) == 4999


@pytest.mark.parametrize("path", ["drip", "drip_headers"])
def test_dripping_answer_ends_at_the_total_time(opened, stopwatch, path):
    with pytest.raises(OutboundTimeoutError):
        call(url=f"{opened.url}/{path}", limits=OutboundLimits(total_seconds=0.3))
    assert stopwatch() < 5


def test_silent_server_ends_at_the_reading_time(settings):
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/{SECRET}?key={SECRET}"
        with pytest.raises(OutboundTimeoutError) as caught:
            call(url=url, limits=OutboundLimits(read_seconds=0.1))
    assert SECRET not in f"{caught.value} {caught.value.data}"


@pytest.mark.parametrize("path", ["short", "packed", "nonsense"])
def test_broken_answers_fail(opened, path):
    with pytest.raises(OutboundFailedError):
        call(url=f"{opened.url}/{path}")


def test_unreachable_server_is_named_without_its_path(settings):
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    with pytest.raises(OutboundFailedError) as caught:
        call(url=f"http://127.0.0.1:{port}/{SECRET}")
    assert caught.value.status_code == 400
    assert "127.0.0.1" in caught.value.detail
    assert SECRET not in f"{caught.value} {caught.value.data}"


def test_plain_server_does_not_speak_encryption(opened):
    with pytest.raises(OutboundFailedError):
        call(url=opened.url.replace("http:", "https:"))
