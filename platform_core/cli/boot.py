"""What stands before Django: which settings, which plugins, which database."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from platform_core.embedded.private_files import private_folder

SECRET_KEY_NAME = "secret_key"  # noqa: S105 -- the name of a file
# Set for the children of a command that has just locked the plugins.
_CHECKED = "TENON_PLUGINS_CHECKED"


def data_dir_of_environment() -> Path:
    """Return the absolute folder of this installation's own files."""
    return Path(os.environ.get("TENON_DATA_DIR", "").strip() or ".tenon").expanduser().absolute()


def choose_settings() -> None:
    """Name the Django settings unless the environment does: production by TENON_ENV, else local."""
    name = "production" if is_production() else "local"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"platform_core.settings.{name}")


def is_production() -> bool:
    """Say whether TENON_ENV asks for the production settings."""
    return os.environ.get("TENON_ENV", "").strip().lower() == "production"


def lock_if_changed(data_dir: Path) -> None:
    """Lock the plugins anew when the installed ones are not those of the lock file.

    Raises:
        ClickException: in strict mode, for a plugin that the kernel rejects; or when Django does not start at all.
    """
    if os.environ.get(_CHECKED):
        return
    # Inline: the children of a quickstart are checked already and stay small.
    from platform_core.plugins.errors import PluginsRejectedError
    from platform_core.plugins.preflight import ensure_lock
    from platform_core.plugins.trial import CoreStartError

    private_folder(data_dir)
    try:
        ensure_lock(data_dir, strict=_strict(), settings_module=os.environ["DJANGO_SETTINGS_MODULE"])
    except (PluginsRejectedError, CoreStartError) as error:
        raise click.ClickException(str(error)) from error


def children_environment() -> dict[str, str]:
    """Return this process's environment for children that need not look at the plugins again."""
    return {**os.environ, _CHECKED: "1"}


@contextmanager
def prepared(*, make_database: bool) -> Iterator[None]:
    """Set the environment up for Django; an embedded database that nobody runs is run for the time of the block.

    Args:
        make_database: make an embedded database where the data folder has none; otherwise only use an existing one.
    """
    data_dir = data_dir_of_environment()
    os.environ["TENON_DATA_DIR"] = str(data_dir)
    choose_settings()
    with ExitStack() as stack:
        if not is_production():
            _use_services_of(data_dir, stack, make_database=make_database)
        lock_if_changed(data_dir)
        yield


def _use_services_of(data_dir: Path, stack: ExitStack, *, make_database: bool) -> None:
    if not _given("DATABASE_URL"):
        # Inline: where the environment names the services neither client library is needed in this process.
        from platform_core.embedded import postgres

        if make_database or postgres.has_cluster(data_dir):
            os.environ["DATABASE_URL"] = stack.enter_context(postgres.attached(data_dir))
    if not _given("REDIS_URL"):
        # Inline: as above.
        from platform_core.embedded import redis

        url = redis.running_redis_url(data_dir)
        if url is not None:
            os.environ["REDIS_URL"] = url
    key = data_dir / SECRET_KEY_NAME
    if not _given("TENON_SECRET_KEY") and key.is_file():
        os.environ["TENON_SECRET_KEY"] = key.read_text(encoding="ascii").strip()


def _given(name: str) -> bool:
    return bool(os.environ.get(name, "").strip())


def _strict() -> bool:
    return os.environ.get("TENON_PLUGINS_STRICT", "").strip().lower() in {"1", "true", "yes", "on"}
