"""How the person who asked for an export reads dates and numbers; set on their account at the public host.

    wanted = export_preferences(principal.id)
    wanted.moment(task.created_at)    # "31/12/2026 23:59:59"

Files for programs stay neutral (`NEUTRAL`): use preferences only where a person has asked for a table to read.
"""

from platform_core.accounts.preferences import NEUTRAL, ExportPreferences
from platform_core.accounts.queries import export_preferences

__all__ = ["NEUTRAL", "ExportPreferences", "export_preferences"]
