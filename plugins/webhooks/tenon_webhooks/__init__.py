"""Webhooks: a plugin of Tenon that every new organization has."""
