"""A pytest plugin for Label Studio's own SDK tests: fixtures that lead to a running Tenon, whose code it never sees.

It runs in `.venv-contract`, where there is no Django. What the suite imports from Label Studio's server beside its own
folder is replaced by `stand_ins`, which act over REST as a client does. TENON_CONTRACT_ORGANIZATIONS names a JSON file
with an empty organization for each test, TENON_CONTRACT_RESULTS the file to write the outcomes to.
"""

import json
import os
import signal
import socket
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import stand_ins

stand_ins.install()

# After the stand-ins: the suite's fixtures import from its own package.
from label_studio.tests.sdk.fixtures import test_project_with_view  # noqa: E402, F401  (a fixture of the suite)

LONGEST_SECONDS = 45
_outcomes = {}
_organizations = iter(json.loads(Path(os.environ["TENON_CONTRACT_ORGANIZATIONS"]).read_text(encoding="utf-8")))
_resolve = socket.getaddrinfo


def _resolve_local(host, *arguments, **options):
    """Resolve names below localhost, as browsers and most desktops do."""
    return _resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *arguments, **options)


socket.getaddrinfo = _resolve_local


def pytest_configure(config):
    config.addinivalue_line("markers", "django_db: has no meaning here")


def _too_long(*_):
    raise TimeoutError(f"the test took longer than {LONGEST_SECONDS} s")


@pytest.fixture(autouse=True)
def organization():
    """Give each test an organization of its own: the suite counts on an empty database. And an end: pagers may loop."""
    row = next(_organizations)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST_SECONDS)
    try:
        with stand_ins.acting_in(row["url"], row["api_token"]):
            yield row
    finally:
        signal.alarm(0)


@pytest.fixture
def django_live_url(organization):
    return organization["url"]


@pytest.fixture
def business_client(organization):
    user = SimpleNamespace(id=organization["user_id"], email=organization["email"])
    return SimpleNamespace(api_key=organization["api_token"], user=user)


@pytest.fixture
def django_db_setup():
    """Nothing to set up: rows are made over REST."""


@pytest.fixture
def django_db_blocker():
    return SimpleNamespace(unblock=nullcontext)


def pytest_runtest_logreport(report):
    """Keep outcomes as they come, so that a run that is ended tells how far it was."""
    outcome, reason = report.outcome, ""
    if outcome == "failed":
        reason = str(report.longrepr)[-1500:]
    if report.when == "call" or outcome != "passed":
        _outcomes[report.nodeid] = {"outcome": outcome, "reason": reason, "seconds": round(report.duration, 2)}
        _write()


def pytest_collectreport(report):
    if report.failed:
        _outcomes[report.nodeid] = {"outcome": "failed", "reason": str(report.longrepr)[-1500:]}

    _write()


def _write():
    Path(os.environ["TENON_CONTRACT_RESULTS"]).write_text(json.dumps(_outcomes), encoding="utf-8")
