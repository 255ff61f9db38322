"""Every check of the repository. All sessions use the environment that nox itself runs in: see the Makefile."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox

nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "none"

# Per cent of branches and lines; raise it, never lower it.
COVERAGE_FLOOR = 95
# What keeps organizations apart and plugins in their place has floors of its own; raise them, never lower them. They
# aim at 100; the kernel has yet to get there.
COVERAGE_FLOORS = ("tenants=100", "platform_core/members/permissions.py=100", "platform_core/plugins=98")
# The tests of a file stay on one core: some files share one running platform (xdist does not see groups on pytest 9.2).
# conftest.py puts long files first; xdist's own order, files of many tests first, would leave them to the end.
ON_ALL_CORES = ("-n", os.environ.get("TENON_TEST_PROCESSES", "auto"), "--dist", "loadfile", "--no-loadscope-reorder")
REPOSITORY = Path(__file__).parent


def run(session, module, *arguments, before=(), variables=None):
    """Run a module of this environment, away from the data folder that a developer's own quickstart uses.

    Args:
        before: words of a program that runs the module, such as `nice`.
    """
    environment = {
        "TENON_DATA_DIR": str(REPOSITORY / ".nox" / "data"),
        "TENON_PLUGINS_STRICT": "1",
        # Images of build machines often forbid it, and then each of some hundred processes compiles everything anew.
        "PYTHONDONTWRITEBYTECODE": None,
    }
    environment |= variables or {}
    session.run(*before, sys.executable, "-m", module, *arguments, env=environment, external=True)


def tool(session, name, *arguments):
    """Run a program that a wheel has put beside this interpreter."""
    session.run(str(Path(sys.executable).with_name(name)), *arguments, external=True)


def lock_plugins(session):
    """Accept the installed plugins, or fail: settings read the lock, so types and tests see their apps."""
    run(session, "platform_core.cli", "plugins", "lock", "--strict")


def check_types(session, *, before=()):
    """Check the types of what the lock names, of the examples, and of a plugin that `tenon plugin new` writes."""
    written = REPOSITORY / ".nox" / "written"
    shutil.rmtree(written, ignore_errors=True)
    run(session, "platform_core.cli", "plugin", "new", "bird_notes", "--all", "--output", str(written))
    roots = [*sorted(REPOSITORY.glob("plugins/*")), *sorted(REPOSITORY.glob("examples/*")), *written.iterdir()]
    packages = ["platform_core", "tenants", *(path.name for root in roots for path in root.glob("tenon_*"))]
    # Examples and the written plugin are not installed here.
    search = os.pathsep.join(str(root) for root in roots if root.parent.name != "plugins")
    words = (part for package in packages for part in ("-p", package))
    run(session, "mypy", *words, before=before, variables={"MYPYPATH": search})


@nox.session
def tests(session):
    """All checks and all tests with the coverage floor; what CI runs."""
    lint(session)
    run(session, "coverage", "erase")
    # Types are one process of a minute, and tests often wait for each other: whoever has nothing to do works on them.
    with ThreadPoolExecutor(max_workers=1) as beside:
        types_are_right = beside.submit(check_types, session, before=("nice", "-n", "10"))
        # Not `pytest --cov`: our own pytest plugin is loaded before it, so what that imports would count as never run.
        run(session, "coverage", "run", "-m", "pytest", *ON_ALL_CORES)
        types_are_right.result()
    run(session, "coverage", "combine", "--quiet")
    run(session, "coverage", "report", "--skip-covered", f"--fail-under={COVERAGE_FLOOR}")
    figures = str(REPOSITORY / ".nox" / "coverage.json")
    run(session, "coverage", "json", "--quiet", "-o", figures)
    run(session, "tools.coverage_floor", figures, *COVERAGE_FLOORS)


@nox.session
def fast(session):
    """Tests only: those of the arguments, or all that need neither the database nor a running platform."""
    lock_plugins(session)
    if session.posargs:
        run(session, "pytest", *session.posargs)
    else:
        run(
            session,
            "pytest",
            *ON_ALL_CORES,
            "-m",
            "not slow and not e2e and not database",
            "--hypothesis-profile",
            "fast",
        )


@nox.session
def lint(session):
    """Style, layout, layers of imports, and models without their migration."""
    run(session, "ruff", "check", ".")
    run(session, "ruff", "format", "--check", ".")
    tool(session, "lint-imports", "--no-logo")
    run(session, "tools.import_rules")
    run(session, "tools.house_rules")
    tool(session, "hadolint", "Dockerfile")
    tool(session, "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")
    lock_plugins(session)
    run(session, "platform_core.cli", "django", "makemigrations", "--check", "--dry-run")


@nox.session
def types(session):
    """Types of the core, of every bundled plugin and example, and of a plugin that `tenon plugin new` writes."""
    lock_plugins(session)
    check_types(session)


@nox.session
def fmt(session):
    """Format, and repair what ruff can repair safely."""
    run(session, "ruff", "check", "--fix", "--exit-zero", ".")
    run(session, "ruff", "format", ".")


@nox.session
def docs(session):
    """Build the site with strict links, compare the pages with the code, and run what they tell a reader to type."""
    lock_plugins(session)
    run(session, "tools.site", str(REPOSITORY / ".nox" / "site"))
    run(session, "pytest", "tests/docs", *session.posargs)


@nox.session
def contract(session):
    """Run Label Studio's own SDK tests, from its installed wheel, against a running platform."""
    os.environ["TENON_CONTRACT"] = "1"
    run(session, "pytest", "tests/contract", *session.posargs)


@nox.session
def fuzz(session):
    """Call what the API documents say, for long: every wrong value of every body, and many made-up calls and chains."""
    os.environ.setdefault("TENON_FUZZ_EXAMPLES", "50")
    lock_plugins(session)
    run(session, "pytest", "tests/walls/test_fuzz.py", *session.posargs)


@nox.session
def bench(session):
    """Measure the platform against the physical limit in the same run."""
    run(session, "bench", *session.posargs)
