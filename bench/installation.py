"""A platform to measure: its own durable PostgreSQL, production settings, organizations, web servers."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import machine

ROOT = Path(__file__).resolve().parents[1]
DOMAIN = "bench.example"
WORKERS, THREADS = 2, 4
LABEL_CONFIG = """<View><Text name="text" value="$text"/><Choices name="cls" toName="text" choice="single">
<Choice value="c0"/><Choice value="c1"/><Choice value="c2"/><Choice value="c3"/><Choice value="c4"/></Choices></View>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An organization and its owner's API key."""

    slug: str
    schema: str
    key: str

    @property
    def host(self) -> str:
        """Return the Host header of the organization."""
        return f"{self.slug}.{DOMAIN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running web server with two processes."""

    port: int
    pid: int

    @property
    def workers(self) -> list[int]:
        """Return the processes that answer requests."""
        return [pid for pid in machine.family([self.pid]) if pid != self.pid and _is_worker(pid)]


def _is_worker(pid: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return b"resource_tracker" not in command


@contextmanager
def installation() -> Iterator[int]:
    """Bring a platform up in this process and for its children; gives the process id of its database."""
    from platform_core.embedded.postgres import EmbeddedPostgres

    with ExitStack() as stack:
        data_dir = Path(tempfile.mkdtemp(prefix="tenon-bench-"))
        stack.callback(shutil.rmtree, data_dir, ignore_errors=True)
        # Durable, as in production; sizes as on a small server, the same as for the baseline of Label Studio.
        settings = {
            "shared_buffers": "1GB",
            "effective_cache_size": "6GB",
            "work_mem": "16MB",
            "maintenance_work_mem": "256MB",
        }
        postgres = EmbeddedPostgres(data_dir, settings=settings)
        stack.callback(postgres.destroy)
        os.environ.update(_environment(data_dir, postgres.start()))
        _prepare(data_dir)
        assert postgres.pid is not None
        yield postgres.pid


def _environment(data_dir: Path, database_url: str) -> dict[str, str]:
    return {
        "TENON_ENV": "production",
        "DJANGO_SETTINGS_MODULE": "platform_core.settings.production",
        "TENON_DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url,
        "TENON_SECRET_KEY": secrets.token_urlsafe(64),
        "TENON_PUBLIC_DOMAIN": DOMAIN,
        "TENON_ALLOWED_HOSTS": f".{DOMAIN}",
        "TENON_SSL_REDIRECT": "0",
        "TENON_LOG_LEVEL": "WARNING",
        "EMAIL_HOST": "localhost",
        "PYTHONPATH": str(ROOT),
    }


def _prepare(data_dir: Path) -> None:
    from platform_core.cli.boot import lock_if_changed

    lock_if_changed(data_dir)
    import django

    django.setup()
    from tenants.fleet import migrate_public

    migrate_public()


def new_account(slug: str) -> Account:
    """Make an organization and a key of its owner."""
    from platform_core.members.credentials import digest_of, new_api_key, shown_prefix
    from platform_core.members.models import ApiKey, Member
    from platform_core.members.services.organizations import create_organization
    from tenants.scope import tenant_scope

    organization = create_organization(
        slug=slug, name=slug, owner_email=f"owner@{slug}.example", owner_password=secrets.token_urlsafe(16)
    )
    key = new_api_key()
    with tenant_scope(organization):
        ApiKey.objects.create(member=Member.objects.get(), digest=digest_of(key), prefix=shown_prefix(key))
    return Account(slug=slug, schema=organization.schema, key=key)


@contextmanager
def web_server(command: list[str], **environment: str) -> Iterator[Server]:
    """Run a web server until the block ends."""
    from platform_core.embedded.process import free_port

    port = free_port()
    child = subprocess.Popen(
        [sys.executable, *command, "--port", str(port)], env={**os.environ, **environment}, cwd=ROOT
    )
    try:
        _wait_for(port, child)
        yield Server(port=port, pid=child.pid)
    finally:
        child.terminate()
        child.wait(30)


def platform_server() -> Any:
    """Run the platform as an operator does."""
    words = ["-m", "platform_core.cli", "serve", "--quiet", "--workers", str(WORKERS), "--threads", str(THREADS)]
    return web_server(words)


def bare_server(account: Account, *, cursor_length: int) -> Any:
    """Run the bare Django view on the same web server; its answers are as long as the platform's."""
    environment = {"BENCH_SCHEMA": account.schema, "BENCH_CURSOR_LENGTH": str(cursor_length)}
    return web_server(["-m", "bench.bare_server"], **environment)


def _wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    import http.client

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and child.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/health/live", headers={"Host": DOMAIN})
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
            continue
        # Both processes are up and have answered, so that idle memory is that of a process that serves.
        time.sleep(1)
        return
    raise RuntimeError(f"the web server on port {port} does not answer")


def call(server: Server, account: Account, method: str, path: str, body: Any = None) -> Any:
    """Make one call and return its JSON; raw bytes are sent as they are."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = {"Host": account.host, "Authorization": f"Token {account.key}", "Content-Type": "application/json"}
    connection.request(method, path, body=data, headers=headers)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    if response.status >= 300:
        raise RuntimeError(f"{method} {path}: {response.status} {text[:500]!r}")
    return json.loads(text) if text else None


def new_project(server: Server, account: Account, title: str) -> int:
    """Make a project and return its id."""
    return call(server, account, "POST", "/api/projects/", {"title": title, "label_config": LABEL_CONFIG})["id"]
