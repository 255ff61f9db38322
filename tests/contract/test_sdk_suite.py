"""Label Studio's own SDK tests, from its installed wheel, against a running platform: `make contract`."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from platform_core.embedded import postgres
from platform_core.embedded.postgres import EmbeddedPostgres
from tests.support.quickstart import KEPT, REPOSITORY, QuickstartProcess

HERE = Path(__file__).parent
ENVIRONMENT = REPOSITORY / ".venv-contract"
SUITE = ENVIRONMENT / "suite" / "label_studio" / "tests" / "sdk"
PAGE = REPOSITORY / "docs" / "reference" / "sdk_contract.md"
ORGANIZATIONS = 60
ROW = re.compile(r"^\| `(?P<test>[^`]+)` \| (?P<reason>.+) \|$", re.MULTILINE)

# Starts the whole platform, and needs an environment that only `make contract` makes: Label Studio's wheel is 70 MB.
pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def _environment(**more):
    return {name: os.environ[name] for name in KEPT if name in os.environ} | more


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    if not SUITE.exists():
        if os.environ.get("TENON_CONTRACT"):
            pytest.fail("Label Studio's tests are missing: `make contract` brings them.")
        pytest.skip("`make contract` brings Label Studio's tests and runs this")
    folder = tmp_path_factory.mktemp("contract")
    started = QuickstartProcess(folder, "--no-demo")
    try:
        yield started.wait_until_ready()
    finally:
        started.kill()
        EmbeddedPostgres(folder / "data").destroy()


@pytest.fixture(scope="module")
def organizations(platform, tmp_path_factory):
    """Return the path of a file with an empty organization for each test of the suite."""
    path = tmp_path_factory.mktemp("organizations") / "organizations.json"
    with postgres.attached(platform.data_dir) as url:
        environment = _environment(
            DATABASE_URL=url,
            TENON_DATA_DIR=str(platform.data_dir),
            TENON_SECRET_KEY=(platform.data_dir / "secret_key").read_text(),
            TENON_CONTRACT_ORGANIZATIONS=str(path),
            TENON_CONTRACT_COUNT=str(ORGANIZATIONS),
            TENON_CONTRACT_PORT=str(platform.port),
        )
        code = f"import runpy; runpy.run_path({str(HERE / 'make_organizations.py')!r})"
        command = [sys.executable, "-m", "platform_core.cli", "django", "shell", "-v", "0", "-c", code]
        subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, timeout=300)
    return path


@pytest.fixture(scope="module")
def outcomes(organizations, tmp_path_factory):
    """Run the suite in its own environment; return test -> outcome and reason."""
    results = tmp_path_factory.mktemp("results") / "results.json"
    empty = results.with_name("pytest.ini")
    empty.write_text("[pytest]\n", encoding="utf-8")
    command = [str(ENVIRONMENT / "bin" / "python"), "-m", "pytest", "-p", "tenon_contract", "-p", "no:cacheprovider"]
    command += ["--noconftest", "-c", str(empty), "--rootdir", str(SUITE), "-q", str(SUITE)]
    environment = _environment(
        PYTHONPATH=os.pathsep.join((str(HERE / "suite_plugin"), str(ENVIRONMENT / "suite"))),
        PYTHONDONTWRITEBYTECODE="1",
        TENON_CONTRACT_ORGANIZATIONS=str(organizations),
        TENON_CONTRACT_RESULTS=str(results),
    )
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert results.exists(), done.stdout + done.stderr
    return json.loads(results.read_text(encoding="utf-8"))


def _named():
    """Return the tests that the page says do not pass, with the reason."""
    return {match["test"]: match["reason"] for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def test_every_test_passes_that_the_page_does_not_except(outcomes):
    failed = {test: found["reason"] for test, found in outcomes.items() if found["outcome"] != "passed"}
    unexpected = {test: reason for test, reason in failed.items() if test not in _named()}

    assert not unexpected, "\n\n".join(f"{test}\n{reason}" for test, reason in unexpected.items())
    assert len(outcomes) >= 50


def test_every_exception_of_the_page_is_still_one(outcomes):
    passed = {test for test, found in outcomes.items() if found["outcome"] == "passed"}

    assert sorted(set(_named()) & passed) == [], "these pass now: take them off the page"
    assert sorted(set(_named()) - set(outcomes)) == [], "these are not in the suite"
