"""Where lists of tasks find the plugin's views."""

from platform_core.sdk import TaskQuerySourceSpec
from tenon_data_manager.queries import stored_query

VIEWS = TaskQuerySourceSpec(key="view", find=stored_query)
