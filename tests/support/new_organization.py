"""An organization of one's own on a running platform, made as a person makes it: by signing in on the public host."""

import http.client
import json
import re

from tests.support.worker_processes import eventually


class Browser:
    """A browser's way to one host: cookies, and the token that forms carry."""

    def __init__(self, port, host):
        self._port = port
        self._headers = {"Host": host, "Origin": f"http://{host}", "Content-Type": "application/json"}

    def post(self, path, body):
        """Return the parsed body of an answer that must be a success."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request("POST", path, json.dumps(body), self._headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        assert response.status < 300, (path, response.status, content)
        cookies = [line.partition(";")[0] for line in response.headers.get_all("Set-Cookie", [])]
        if cookies:
            self._headers["Cookie"] = "; ".join(cookies)
        return json.loads(content)

    def sign_in(self, email, password):
        """Sign in, and send the token of forms from now on."""
        self._headers["X-CSRFToken"] = self.post("/api/auth/login/", {"email": email, "password": password})[
            "csrf_token"
        ]
        return self


def api_token(port, host, email, password):
    """Return a new API token of a member."""
    browser = Browser(port, host).sign_in(email, password)
    return browser.post("/api/api-keys/", {"name": "A program"})["key"]


def new_organization(platform, slug, owner):
    """Make an organization of an account of the demo; return its URL below localhost and its owner's API token."""
    access = platform.ready["organizations"][owner]
    account = access["email"], access["password"]
    Browser(platform.port, f"localhost:{platform.port}").sign_in(*account).post(
        "/api/organizations/", {"slug": slug, "title": slug.title()}
    )
    host = f"{slug}.localhost:{platform.port}"
    return f"http://{host}", api_token(platform.port, host, *account)


def join(platform, url, inviter_token, email, password):
    """Make somebody an annotator of an organization, with an account or with a new one; return an API token there."""
    host = url.removeprefix("http://")
    connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=60)
    try:
        headers = {"Host": host, "Authorization": f"Token {inviter_token}", "Content-Type": "application/json"}
        connection.request("POST", "/api/invites/", json.dumps({"email": email, "role": "AN"}), headers)
        assert connection.getresponse().status == 201
    finally:
        connection.close()
    # Where no mail server is named, mails are written to the terminal.
    mails = re.compile(rf'To: {re.escape(email)}\n[^{{]*{{"token": "(\S+)"')
    secret = eventually(lambda: mails.findall(platform.log.read_text()))[-1]
    Browser(platform.port, host).post("/api/invites/accept/", {"token": secret, "password": password})
    return api_token(platform.port, host, email, password)
