"""Data manager: stored views, columns, and actions on selections of tasks."""
