"""Errors of the plugin kernel. Those that reach a client derive from `TenonError`."""

from platform_core.api.errors import BadRequestError


class ManifestError(ValueError):
    """A `plugin.toml` is missing or wrong. The message names the file, the key and what to do."""


class PluginRejectedError(Exception):
    """A plugin breaks a rule of the kernel. The message says which rule, where, and what to do."""


class PluginsRejectedError(Exception):
    """Strict mode (`TENON_PLUGINS_STRICT=1`): a plugin was quarantined. The message lists slugs and reasons."""


class LockFileError(Exception):
    """The lock file exists but cannot be read."""


class HookResultError(Exception):
    """A hook returned something that its specification does not allow."""


class HookTimeoutError(BaseException):
    """Raised into a hook that exceeds its time limit.

    Not an `Exception`, so that a plugin's `except Exception` does not swallow it.
    """


class ExportFormatError(ValueError):
    """An exporter cannot write these tasks: one message for the person who asked for the file."""


class ImportFormatError(ValueError):
    """An importer cannot read its input: one message for the person who uploaded the file.

    Attributes:
        item: index of the record, from 0; None when the whole file is to blame.
        line: line of the file, from 1; None when the format has no lines.
        key: column or key to blame; None when it is not a single one.
    """

    def __init__(
        self, message: str, *, item: int | None = None, line: int | None = None, key: str | None = None
    ) -> None:
        self.item = item
        self.line = line
        self.key = key
        super().__init__(message)


class BackendError(ValueError):
    """A model or a store cannot do what it was asked for: one message for the person who asked, without secrets.

    Attributes:
        kind: `missing` (no such object or store), `denied` (the credential is refused), `unreachable`, `invalid` (what
            was asked for makes no sense to it) or `untrained`; clients may branch on it.
    """

    KINDS = ("missing", "denied", "unreachable", "invalid", "untrained")

    def __init__(self, message: str, *, kind: str = "invalid") -> None:
        if kind not in self.KINDS:
            raise ValueError(f"kind is one of {', '.join(self.KINDS)}, not {kind!r}")
        self.kind = kind
        super().__init__(message)


class BackendFailedError(BadRequestError):
    """A model or a store cannot do what it was asked for; `data` carries `plugin`, `backend` and `kind`."""

    code = "backend_failed"
    default_detail = "The model or the store cannot do this."


class PluginLifecycleError(BadRequestError):
    """A lifecycle hook failed; the activation rolls back. `data` carries `plugin`, `hook` and `incident_id`."""

    code = "plugin_lifecycle_failed"
    default_detail = "A plugin failed while it was being enabled, upgraded, disabled or purged."


class PluginEventError(Exception):
    """An event handler failed; the job retries it, then gives up.

    Attributes:
        plugin: slug of the plugin.
        handler: name of the handler.
        incident_id: finds the log line with the traceback.
    """

    def __init__(self, *, plugin: str, handler: str, incident_id: str, reason: str) -> None:
        self.plugin = plugin
        self.handler = handler
        self.incident_id = incident_id
        super().__init__(f"Event handler {handler!r} of plugin {plugin!r} failed ({reason}); incident {incident_id}")


class PluginEventSuspendedError(PluginEventError):
    """The handler was not called: its breaker is open. The job waits and does not count this as an attempt."""
