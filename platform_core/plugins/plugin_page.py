"""The page of one plugin, for its users: `python -m platform_core.plugins.plugin_page SLUG` in its workshop.

From what cannot lie: the manifest, what the hooks register, the settings schema, and the OpenAPI document.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any


def page(slug: str) -> str:
    """Return the page as Markdown; Django is ready and the lock holds the plugin."""
    # Inline: these need a running Django.
    from platform_core.plugins.discovery import find_package_dir
    from platform_core.plugins.loader import LoadedPlugin, get_registry

    registry = get_registry()
    if slug not in registry.plugins:
        raise SystemExit(f"{slug}: {registry.quarantined[slug].reason if slug in registry.quarantined else 'unknown'}")
    plugin: LoadedPlugin = registry.plugins[slug]
    folder = find_package_dir(plugin.package)
    parts = [
        f"# {plugin.manifest.name}\n\n{plugin.manifest.summary}\n",
        _about(plugin.manifest),
        _permissions(plugin.manifest),
        _settings(folder / plugin.manifest.settings_schema if folder and plugin.manifest.settings_schema else None),
        _routes(slug),
        _registered(plugin),
        _section("Tables", ("table",), [(f"`{table}`",) for table in _tables(plugin)]),
    ]
    return "\n".join(part for part in parts if part)


def _about(manifest: Any) -> str:
    rows = [
        ("slug", f"`{manifest.slug}`"),
        ("version", manifest.version),
        ("author", manifest.author),
        ("licence", manifest.license),
        ("hook level", str(manifest.hook_level)),
        ("needs", ", ".join(f"`{slug}`" for slug in manifest.depends) or "nothing"),
        ("data", ", ".join(manifest.data_classes) or "nothing personal and nothing safety-critical"),
        ("purged", f"{manifest.retention_days} days after it is asked for"),
        ("refuses writes when it fails", ", ".join(f"`{hook}`" for hook in manifest.blocking) or "no"),
    ]
    return _table(("what", ""), rows)


def _permissions(manifest: Any) -> str:
    rows = [(f"`{item.codename}`", item.reason, " ".join(item.roles)) for item in manifest.permissions]
    return _section("Permissions", ("codename", "reason", "suggested for"), rows)


def _settings(path: Path | None) -> str:
    if path is None:
        return ""
    properties = json.loads(path.read_text(encoding="utf-8")).get("properties", {})
    rows = [
        (
            f"`{name}`",
            str(item.get("type", "")),
            f"`{json.dumps(item['default'])}`" if "default" in item else "",
            item.get("description", item.get("title", "")) + (" Secret." if item.get("writeOnly") else ""),
        )
        for name, item in properties.items()
    ]
    return _section("Settings", ("setting", "type", "default", "what"), rows)


def _routes(slug: str) -> str:
    # Inline: see above.
    from platform_core.api.openapi import document_for

    document = json.loads(document_for("platform_core.urls.tenant", frozenset({slug})).content)
    alone = json.loads(document_for("platform_core.urls.tenant", frozenset()).content)
    rows = [
        (f"`{method.upper()} {path}`", described.get("summary", ""))
        for path, methods in document["paths"].items()
        if path not in alone["paths"]
        for method, described in methods.items()
        if isinstance(described, dict)
    ]
    return _section("Routes", ("route", "what"), rows)


def _registered(plugin: Any) -> str:
    rows = [
        (kind, f"`{name}`", title)
        for field in fields(plugin.registrations)
        if field.name not in {"routes", "document_parts"}
        for kind, name, title in _items(plugin.slug, field.name, getattr(plugin.registrations, field.name))
    ]
    hooks = [name for name in plugin.implementations if not name.startswith("register_")]
    rows += [("hook", f"`{name}`", "") for name in hooks]
    return _section("Adds", ("kind", "name", "what"), rows)


def _items(slug: str, kind: str, items: Sequence[Any]) -> Iterator[tuple[str, str, str]]:
    for item in items:
        key = getattr(item, "key", None)
        name = f"{slug}.{key}" if key is not None else item.name
        said = getattr(item, "description", "") or getattr(item, "summary", "") or getattr(item, "title", "")
        yield kind.replace("_", " "), name, said


def _tables(plugin: Any) -> list[str]:
    # Inline: see above.
    from django.apps import apps

    if plugin.label is None:
        return []
    return sorted(model._meta.db_table for model in apps.get_app_config(plugin.label).get_models())


def _section(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return f"## {title}\n\n{_table(head, rows)}" if rows else ""


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(page(sys.argv[1]))
