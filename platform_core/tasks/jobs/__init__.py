"""Background jobs of tasks; a worker imports this package, and so registers them all."""

from platform_core.tasks.jobs import exports

__all__ = ["exports"]
