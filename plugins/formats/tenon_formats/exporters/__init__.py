"""One module a format, or a family that shares its geometry."""
