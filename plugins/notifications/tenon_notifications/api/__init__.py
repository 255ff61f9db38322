"""Endpoints below `/api/notifications/`."""
