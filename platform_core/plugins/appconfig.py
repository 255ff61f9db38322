"""The base of a plugin's Django app."""

import logging
import traceback

from django.apps import AppConfig

logger = logging.getLogger(__name__)


class PluginAppConfig(AppConfig):
    """Subclass this in `apps.py`: set `name` to the package and `label` to the slug.

    Django ends the process when `ready()` raises, so `ready()` is the core's; a plugin that needs it overrides
    `plugin_ready()`. Its failure quarantines the plugin and nothing else.
    """

    # Django picks the app's configuration among the classes of `apps.py`, where this one is imported as well.
    default = False
    default_auto_field = "django.db.models.BigAutoField"
    ready_failure: str | None = None

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        cls.default = True

    def plugin_ready(self) -> None:
        """Run once when Django is ready; no database access."""

    def ready(self) -> None:
        """Call `plugin_ready` and keep its failure for the loader. Not to be overridden."""
        try:
            self.plugin_ready()
        except (Exception, SystemExit) as error:
            self.ready_failure = f"plugin_ready() raised {type(error).__name__}: {error}"
            logger.exception("Plugin app %s failed in plugin_ready()\n%s", self.label, traceback.format_exc())
