"""The pytest plugin `tenon`, loaded by its entry point. Importing it has no side effects: no Django, no settings."""
