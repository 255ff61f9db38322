"""Media of exports: own uploads and what may be called, nothing else, within limits, and a report of the rest."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from platform_core.files import LocalFileStore
from platform_core.tasks.export_media import MediaFiles, MediaLimits, limits_in_job, limits_in_request

KEY = "0" * 31 + "a"
LIMITS = MediaLimits(files=3, total_bytes=100, file_bytes=50, seconds=60, file_seconds=5)


class _Pictures(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path.partition("?")[2])
            self.end_headers()
            return
        body = {"/cat.png": b"cat", "/large.png": b"x" * 80}.get(self.path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write(body or b"nothing of this may be kept")


@pytest.fixture(scope="module")
def pictures():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pictures)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def store(tmp_path):
    store = LocalFileStore(tmp_path / "files" / "o_1")
    store.write(f"uploads/7/{KEY}", [b"own"])
    store.write(f"uploads/8/{KEY}", [b"of a friend"])
    store.write(f"uploads/9/{KEY}", [b"of somebody"])
    (tmp_path / "secret").write_bytes(b"secret")
    return store


@pytest.fixture
def fetch(store):
    """Return a function that fetches addresses in one export; gives contents, and the report."""

    def run(*addresses, limits=LIMITS):
        media, found = MediaFiles(store, project_id=7, may_see=lambda project: project == 8, limits=limits), []
        for task, address in enumerate(addresses, start=1):
            with media.fetch(address, task=task) as file:
                found.append(file and file.read())
        report = json.loads(b"".join(media.report()))
        assert media.counts() == {name: report[name] for name in ("fetched", "bytes", "missing")}
        media.close()
        return found, report

    return run


def codes(report):
    return [row["code"] for row in report["missing_files"]]


def test_own_uploads_and_those_of_visible_projects_are_taken(fetch):
    found, report = fetch(*(f"/data/upload/{project}/{KEY}-a b%20c.png" for project in (7, 8, 9, 10)))

    assert found == [b"own", b"of a friend", None, None]
    assert (report["fetched"], report["bytes"], codes(report)) == (2, 14, ["not_found", "not_found"])
    assert report["missing_files"][0]["task"] == 3


@pytest.mark.parametrize(
    "address",
    [
        "/data/upload/../../secret",
        f"/data/upload/7/../9/{KEY}-x",
        f"/data/upload/7/{KEY}-../../../secret",
        f"/data/upload/7/{KEY}-x\n",
        f"/data/upload/7/{KEY.upper()}-x",
        f"data/upload/7/{KEY}-x",
        "/data/upload/7/%2e%2e%2f%2e%2e%2fsecret",
        "/data/local-files/?d=../../etc/passwd",
        "/etc/passwd",
        "..\\..\\secret",
        "C:\\secret",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "data:image/png;base64,AAAA",
        "s3://bucket/key",
        "gopher://127.0.0.1:70/_",
        "http://[::",
        "http://a\x00b/",
        "\x00",
        "//127.0.0.1/x",
    ],
)
def test_addresses_that_lead_elsewhere_open_nothing(fetch, address):
    found, report = fetch(address)

    assert found == [None]
    assert codes(report)[0] in ("unsupported", "outbound_refused", "outbound_failed")
    assert report["missing_files"][0]["address"] == address


@pytest.mark.parametrize("address", [None, "", 7, {"a": 1}, ["x"]])
def test_what_is_no_address_is_reported(fetch, address):
    found, report = fetch(address)
    assert (found, codes(report)) == ([None], ["no_address"])


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x", "http://169.254.169.254/latest", "http://[::1]/x"])
def test_private_addresses_are_refused(fetch, address):
    assert codes(fetch(address)[1]) == ["outbound_refused"]


def test_redirect_to_a_private_address_is_refused(fetch, pictures, settings):
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1"]
    assert codes(fetch(f"{pictures}/to?http://10.0.0.1/x")[1]) == ["outbound_refused"]
    assert codes(fetch(f"{pictures}/to?file:///etc/passwd")[1]) == ["outbound_refused"]
    assert fetch(f"{pictures}/to?/cat.png")[0] == [b"cat"]


def test_error_page_is_no_picture(fetch, pictures, settings):
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1"]
    found, report = fetch(f"{pictures}/cat.png", f"{pictures}/dog.png")
    assert (found, codes(report)) == ([b"cat", None], ["status"])
    assert "404" in report["missing_files"][0]["detail"]


def test_limits_end_fetching_and_say_so(fetch, store, pictures, settings):
    settings.TENON_OUTBOUND_ALLOW = ["127.0.0.1"]
    own, large = f"/data/upload/7/{KEY}-a.png", f"{pictures}/large.png"
    store.write(f"uploads/7/{'1' * 32}", [b"x" * 60])
    upload = f"/data/upload/7/{'1' * 32}-a.png"

    assert codes(fetch(own, own, own, own)[1]) == ["over_limit"]
    assert codes(fetch(large, upload)[1]) == ["outbound_too_large", "too_large"]
    tight = MediaLimits(files=9, total_bytes=62, file_bytes=500, seconds=60, file_seconds=5)
    assert codes(fetch(own, upload, large, limits=tight)[1]) == ["over_limit", "over_limit"]
    late = MediaLimits(files=9, total_bytes=62, file_bytes=500, seconds=0, file_seconds=5)
    assert codes(fetch(own, limits=late)[1]) == ["over_limit"]


def test_failure_of_the_exporter_is_not_a_missing_file(store):
    media = MediaFiles(store, project_id=7, may_see=bool, limits=LIMITS)
    with pytest.raises(ZeroDivisionError), media.fetch(f"/data/upload/7/{KEY}-x", task=1) as file:
        file.read(1 // 0)
    assert media.counts() == {"fetched": 1, "bytes": 3, "missing": 0}
    media.close()


def test_request_may_never_fetch_more_than_a_job(settings):
    assert limits_in_request().files < limits_in_job().files
    settings.TENON_EXPORT_MEDIA_FILES, settings.TENON_EXPORT_MEDIA_BYTES = 5, 10
    assert limits_in_request().files == limits_in_job().files == 5
    assert limits_in_request().file_bytes == limits_in_job().total_bytes == 10
