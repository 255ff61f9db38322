"""Failures of the migration engine and of provisioning. Operators read them; clients get a typed answer instead."""


class MigrationEngineError(RuntimeError):
    """The engine refused or failed; nothing was changed."""


class PlanRefusedError(MigrationEngineError):
    """The plan touches apps outside its scope, or holds a step that this path cannot run."""


class SchemaBehindError(MigrationEngineError):
    """The core of this schema is not at head: upgrade first."""
