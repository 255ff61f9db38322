"""The conformance kit, `tenon plugin prove`: rules for plugins, read off the source and tried on a real PostgreSQL."""
