"""References from a plugin's models to the core's."""

from platform_core.plugins.fields import CoreForeignKey, CoreForeignKeyConstraint, OnCoreDelete

__all__ = ["CoreForeignKey", "CoreForeignKeyConstraint", "OnCoreDelete"]
