"""The child process of the preflight: imports one plugin as the platform would and reports whether it may be loaded.

Run as `python -m platform_core.plugins.inspection SLUG REPORT`, with a data folder whose lock holds the plugin and its
dependencies. Without a slug it starts the core alone. Everything that can go wrong here, exit and hang included, ends
this process and no other.
"""

import json
import sys
import traceback
from pathlib import Path

import django


def main(slug: str, report_file: str) -> None:
    """Write `{"reason": text}` or `{"claims": {kind: [names]}}` to the report file."""
    try:
        report: dict[str, object] = {"claims": inspect_plugin(slug)}
    except (Exception, SystemExit) as error:  # noqa: BLE001 the plugin's code may raise anything, and it is reported
        report = {"reason": describe(error)}
    Path(report_file).write_text(json.dumps(report), encoding="utf-8")


def inspect_plugin(slug: str) -> dict[str, list[str]]:
    """Start Django and check the plugin.

    Returns:
        What the plugin takes for itself, by kind: names that no other plugin may take.

    Raises:
        PluginRejectedError: a rule is broken.
        Exception: whatever the plugin's code raises.
    """
    django.setup()
    if not slug:
        return {}
    # These need a running Django.
    from django.apps import apps
    from django.conf import settings
    from django.db.migrations.loader import MigrationLoader

    from platform_core.plugins import checks
    from platform_core.plugins.errors import PluginRejectedError
    from platform_core.plugins.loader import load_plugin
    from platform_core.plugins.lock import read_lock

    lock = read_lock(Path(settings.TENON_DATA_DIR))
    labels = {config.name: config.label for config in apps.get_app_configs()}
    friends = frozenset(labels[plugin.package] for plugin in lock.plugins if plugin.has_app)
    locked = next(plugin for plugin in lock.plugins if plugin.slug == slug)
    problems: list[str] = []
    if locked.has_app:
        config = apps.get_app_config(labels[locked.package])
        problems += checks.plugin_app_problems(config, slug, friends)
        problems += checks.migration_problems(config.label, MigrationLoader(None, ignore_no_migrations=True))
    if problems:
        raise PluginRejectedError("; ".join(problems))
    loaded = load_plugin(locked)
    claims = {"label tag": [tag.name for tag in loaded.registrations.label_tags]}
    if locked.has_app:
        models = config.get_models(include_auto_created=True)
        claims |= {"app label": [config.label], "table": sorted(model._meta.db_table for model in models)}
    return claims


def describe(error: BaseException) -> str:
    """Return one line: what was raised, and the last place outside the core and Django."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if type(error).__name__ == "PluginRejectedError":
        return str(error)
    skipped = ("<frozen", str(Path(django.__file__).parent), str(Path(__file__).parents[1]))
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(skipped)]
    if isinstance(error, SyntaxError):
        return text
    return f"{text} (at {frames[-1].filename}, line {frames[-1].lineno})" if frames else text


if __name__ == "__main__":
    main(*sys.argv[1:])
