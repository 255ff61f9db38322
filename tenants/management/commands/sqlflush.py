"""Switched off: Use tenon delete-organization, or quickstart's --reset."""

from tenants.refusal import RefusedCommand


class Command(RefusedCommand):
    """Says what to use."""

    help = "Switched off. Use tenon delete-organization, or quickstart's --reset."
    instead = "Use tenon delete-organization, or quickstart's --reset."
