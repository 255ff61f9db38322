"""Switched off: Use tenon migrate, which upgrades every organization."""

from tenants.refusal import RefusedCommand


class Command(RefusedCommand):
    """Says what to use."""

    help = "Switched off. Use tenon migrate, which upgrades every organization."
    instead = "Use tenon migrate, which upgrades every organization."
