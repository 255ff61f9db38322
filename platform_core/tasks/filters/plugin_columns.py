"""Columns that plugins declare, made into SQL here and nowhere else."""

from collections.abc import Mapping
from functools import lru_cache

from platform_core.plugins.enabled import EnabledSet
from platform_core.plugins.loader import PluginRegistry, get_registry
from platform_core.plugins.task_registrations import FixedValue, TaskColumnSpec
from platform_core.tasks.filters.columns import CORE_COLUMNS, with_columns
from platform_core.tasks.filters.types import Column


def columns_of(enabled: EnabledSet) -> Mapping[str, Column]:
    """Return the platform's columns and those of the enabled plugins, by the name that filters use."""
    return _columns(get_registry(), enabled) if enabled else CORE_COLUMNS


@lru_cache(maxsize=64)
def _columns(registry: PluginRegistry, enabled: EnabledSet) -> Mapping[str, Column]:
    return with_columns(_column(key, spec) for key, spec in registry.task_columns(enabled).items())


def _column(key: str, spec: TaskColumnSpec) -> Column:
    """Return a column; every name in its SQL was checked when the plugin was loaded, and nothing in it is quoted."""
    value = "*" if spec.value is None else f"x.{spec.value}"
    conditions = [f"x.{spec.task} = t.id", *(_equals(name, fixed) for name, fixed in sorted(spec.where.items()))]
    rows = f"FROM {spec.table} x WHERE {' AND '.join(conditions)}"
    sql = f"EXISTS (SELECT {rows})" if spec.aggregate == "any" else f"(SELECT {spec.aggregate}({value}) {rows})"
    return Column(
        key=key,
        title=spec.title,
        kind=spec.kind,
        sql=sql,
        nullable=spec.aggregate not in ("any", "count"),
        cached=False,
        core=False,
    )


def _equals(name: str, fixed: FixedValue) -> str:
    if fixed is None:
        return f"x.{name} IS NULL"
    if isinstance(fixed, bool):
        return f"x.{name} IS {str(fixed).upper()}"
    return f"x.{name} = {fixed}" if isinstance(fixed, int) else f"x.{name} = '{fixed}'"
