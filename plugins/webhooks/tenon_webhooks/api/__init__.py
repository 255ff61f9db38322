"""Endpoints below `/api/webhooks/`."""
