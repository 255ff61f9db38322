"""`plugin.toml`: what a plugin says about itself without being imported. Free of Django."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from platform_core.plugins.errors import ManifestError
from platform_core.plugins.hookspecs import SUPPORTED_HOOK_LEVELS, HookClass, hook_names
from platform_core.plugins.secret_settings import secret_problem

MANIFEST_NAME = "plugin.toml"
SLUG_PATTERN = re.compile(r"[a-z][a-z0-9_]{1,30}")
PREFIX_PATTERN = re.compile(r"[a-z][a-z0-9_-]{0,30}")
# One host, all hosts below a domain, or any host.
HOST_PATTERN = re.compile(
    r"\*|(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.ASCII
)
MAX_HOSTS = 50
CODENAME_PATTERN = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2}")
# The canonical spelling of PEP 440, so that equal versions are equal texts.
_LOCAL = r"(0|[1-9]\d*|[a-z0-9]*[a-z][a-z0-9]*)"
VERSION_PATTERN = re.compile(
    r"([1-9]\d*!)?(0|[1-9]\d*)(\.(0|[1-9]\d*))*((a|b|rc)(0|[1-9]\d*))?(\.post(0|[1-9]\d*))?(\.dev(0|[1-9]\d*))?"
    rf"(\+{_LOCAL}(\.{_LOCAL})*)?",
    re.ASCII,
)
ROLES = ("OW", "AD", "MA", "RE", "AN")
DATA_CLASSES = ("personal", "safety_critical")

# Resources, app labels and words of the core: a slug is an URL segment, an app label and a permission prefix.
RESERVED_NAMES = frozenset(
    {
        "accounts",
        "admin",
        "annotations",
        "api",
        "audit",
        "auth",
        "contenttypes",
        "core",
        "current-user",
        "current_user",
        "django",
        "docs",
        "drafts",
        "drf_spectacular",
        "drf_spectacular_sidecar",
        "events",
        "export",
        "health",
        "import",
        "invitations",
        "invites",
        "jobs",
        "label_config",
        "live",
        "members",
        "metrics",
        "navigation",
        "organization",
        "organizations",
        "permissions",
        "plugins",
        "predictions",
        "projects",
        "public",
        "redoc",
        "rest_framework",
        "roles",
        "schema",
        "sdk",
        "sessions",
        "static",
        "staticfiles",
        "tasks",
        "teams",
        "tenants",
        "tenon",
        "token",
        "user",
        "users",
        "version",
        "whoami",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRequest:
    """A permission that a plugin adds.

    Attributes:
        codename: `slug.resource.action`.
        reason: why the plugin needs it, for the admin who enables it.
        roles: codes of the roles that should get it; a suggestion.
    """

    codename: str
    reason: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A checked `plugin.toml`; DESIGN §4 says what each field means.

    Attributes:
        settings_schema: path of the JSON Schema file, relative to the package; None without settings.
        retention_days: days between a purge request and the purge.
        blocking: validate hooks whose failure refuses the write instead of passing with a warning.
        outbound_hosts: whom it calls: host names, `*.example.com` for those below a domain, `*` for any.
    """

    slug: str
    name: str
    version: str
    summary: str
    author: str
    license: str
    hook_level: int
    depends: tuple[str, ...]
    api_prefixes: tuple[str, ...]
    default_enabled: bool
    permissions: tuple[PermissionRequest, ...]
    data_classes: tuple[str, ...]
    settings_schema: str | None
    retention_days: int
    blocking: tuple[str, ...]
    outbound_hosts: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Manifest":
        """Rebuild a manifest that was checked before it was written."""
        plain: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list | tuple) else value for key, value in values.items()
        }
        plain["permissions"] = tuple(
            PermissionRequest(**{**request, "roles": tuple(request["roles"])}) for request in plain["permissions"]
        )
        return cls(**plain)


def load_manifest(path: Path) -> Manifest:
    """Read and check a `plugin.toml`.

    Raises:
        ManifestError: the first thing that is wrong, with file, key and what to do.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ManifestError(f"{path}: not found; ship {MANIFEST_NAME} inside the plugin's package") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestError(f"{path}: cannot be read as TOML ({error})") from error
    return _ManifestReader(path, table).read()


class _ManifestReader:
    """Turns one table into a `Manifest`; exists so that every message can name the file."""

    def __init__(self, path: Path, table: dict[str, Any]) -> None:
        self.path = path
        self.table = table

    def read(self) -> Manifest:
        known = {field.name for field in fields(Manifest)}
        unknown = sorted(self.table.keys() - known)
        if unknown:
            raise self._error(unknown[0], f"unknown key; known are {', '.join(sorted(known))}")
        slug = self._slug()
        return Manifest(
            slug=slug,
            name=self._text("name"),
            version=self._version(),
            summary=self._text("summary"),
            author=self._text("author"),
            license=self._text("license"),
            hook_level=self._hook_level(),
            depends=self._depends(slug),
            api_prefixes=self._prefixes(slug),
            default_enabled=self._flag("default_enabled"),
            permissions=self._permissions(slug),
            data_classes=self._choices("data_classes", DATA_CLASSES),
            settings_schema=self._settings_schema(),
            retention_days=self._days("retention_days", 30),
            blocking=self._choices("blocking", hook_names(HookClass.VALIDATE)),
            outbound_hosts=self._hosts(),
        )

    def _error(self, key: str, message: str) -> ManifestError:
        return ManifestError(f"{self.path}: key {key!r}: {message}")

    def _text(self, key: str) -> str:
        value = self.table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._error(key, "give a non-empty text")
        return value.strip()

    def _flag(self, key: str) -> bool:
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            raise self._error(key, f"give true or false, not {value!r}")
        return value

    def _texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = self.table.get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(key, "give a list of texts")
        if len(set(value)) != len(value):
            raise self._error(key, "an entry is given twice")
        return tuple(value)

    def _choices(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        values = self._texts(key)
        for value in values:
            if value not in allowed:
                raise self._error(key, f"{value!r} is not known; choose from {', '.join(allowed)}")
        return values

    def _slug(self) -> str:
        slug = self._text("slug")
        if not SLUG_PATTERN.fullmatch(slug):
            raise self._error("slug", f"{slug!r} must match {SLUG_PATTERN.pattern}: 2 to 31 of a-z, 0-9 and _")
        if slug in RESERVED_NAMES:
            raise self._error("slug", f"{slug!r} is a name of the core; choose another")
        return slug

    def _version(self) -> str:
        version = self._text("version")
        if not VERSION_PATTERN.fullmatch(version):
            raise self._error("version", f"{version!r} is not a canonical PEP 440 version, as in 1.2.0 or 1.0rc1")
        return version

    def _hook_level(self) -> int:
        level = self.table.get("hook_level")
        if not isinstance(level, int) or isinstance(level, bool) or level not in SUPPORTED_HOOK_LEVELS:
            supported = ", ".join(str(item) for item in sorted(SUPPORTED_HOOK_LEVELS))
            raise self._error("hook_level", f"give a supported whole number ({supported}), not {level!r}")
        return level

    def _days(self, key: str, default: int) -> int:
        value = self.table.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 3650:
            raise self._error(key, f"give whole days from 0 to 3650, not {value!r}")
        return value

    def _depends(self, slug: str) -> tuple[str, ...]:
        depends = self._texts("depends")
        for other in depends:
            if not SLUG_PATTERN.fullmatch(other):
                raise self._error("depends", f"{other!r} is not a plugin slug")
        if slug in depends:
            raise self._error("depends", "a plugin cannot depend on itself")
        return depends

    def _prefixes(self, slug: str) -> tuple[str, ...]:
        prefixes = self._texts("api_prefixes", (slug,))
        for prefix in prefixes:
            if not PREFIX_PATTERN.fullmatch(prefix):
                raise self._error("api_prefixes", f"{prefix!r} must be one path segment of a-z, 0-9, _ and -")
            if prefix in RESERVED_NAMES:
                raise self._error("api_prefixes", f"{prefix!r} is a resource of the core; choose another")
        return prefixes

    def _hosts(self) -> tuple[str, ...]:
        hosts = self._texts("outbound_hosts")
        if len(hosts) > MAX_HOSTS:
            raise self._error("outbound_hosts", f"at most {MAX_HOSTS}; name a domain as *.example.com")
        for host in hosts:
            if len(host) > 253 or not HOST_PATTERN.fullmatch(host):
                raise self._error(
                    "outbound_hosts", f"{host[:300]!r} is no host; write api.example.com, *.example.com or *"
                )
        return hosts

    def _permissions(self, slug: str) -> tuple[PermissionRequest, ...]:
        tables = self.table.get("permissions", [])
        if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
            raise self._error("permissions", "give tables: [[permissions]] with codename, reason, roles")
        requests = tuple(self._permission(slug, index, item) for index, item in enumerate(tables))
        codenames = [request.codename for request in requests]
        if len(set(codenames)) != len(codenames):
            raise self._error("permissions", "a codename is given twice")
        return requests

    def _permission(self, slug: str, index: int, table: dict[str, Any]) -> PermissionRequest:
        key = f"permissions[{index}]"
        extra = sorted(table.keys() - {"codename", "reason", "roles"})
        if extra:
            raise self._error(f"{key}.{extra[0]}", "unknown key; known are codename, reason, roles")
        codename, reason, roles = table.get("codename"), table.get("reason"), table.get("roles", [])
        if not isinstance(codename, str) or not CODENAME_PATTERN.fullmatch(codename):
            raise self._error(f"{key}.codename", f"write {slug}.resource.action, not {codename!r}")
        if not codename.startswith(f"{slug}."):
            raise self._error(f"{key}.codename", f"{codename!r} must start with {slug + '.'!r}")
        if not isinstance(reason, str) or not reason.strip():
            raise self._error(f"{key}.reason", "say why the plugin needs it; an admin reads this")
        if not isinstance(roles, list) or any(role not in ROLES for role in roles):
            raise self._error(f"{key}.roles", f"give a list of {', '.join(ROLES)}")
        return PermissionRequest(codename=codename, reason=reason.strip(), roles=tuple(roles))

    def _settings_schema(self) -> str | None:
        if "settings_schema" not in self.table:
            return None
        # Imported here: jsonschema takes 50 ms, and settings import this module's neighbours at every start.
        import jsonschema

        name = self._text("settings_schema")
        file = (self.path.parent / name).resolve()
        if not file.is_relative_to(self.path.parent.resolve()):
            raise self._error("settings_schema", f"{name!r} must lie inside the package")
        try:
            schema = json.loads(file.read_text(encoding="utf-8"))
            jsonschema.Draft202012Validator.check_schema(schema)
        except (OSError, ValueError) as error:
            raise self._error("settings_schema", f"{name!r} cannot be read as JSON ({error})") from error
        except jsonschema.SchemaError as error:
            raise self._error("settings_schema", f"{name!r} is not a JSON Schema ({error.message})") from error
        if not isinstance(schema, dict) or schema.get("type") != "object":
            raise self._error("settings_schema", f'{name!r} must describe an object: {{"type": "object", ...}}')
        problem = secret_problem(schema)
        if problem is not None:
            raise self._error("settings_schema", f"{name!r}: {problem}")
        return name
