"""Switched off: Use tenon migrate; with a router that says no, Django records refused migrations as applied."""

from tenants.refusal import RefusedCommand


class Command(RefusedCommand):
    """Says what to use."""

    help = "Switched off. Use tenon migrate; with a router that says no, Django records refused migrations as applied."
    instead = "Use tenon migrate; with a router that says no, Django records refused migrations as applied."
