"""Endpoints below `/api/aviation/`."""
