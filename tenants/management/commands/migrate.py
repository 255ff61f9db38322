"""Switched off: Use tenon migrate; with a router that says no, Django records refused migrations as applied."""

from django.db.migrations.autodetector import MigrationAutodetector

from tenants.refusal import RefusedCommand


class Command(RefusedCommand):
    """Says what to use."""

    help = "Switched off. Use tenon migrate; with a router that says no, Django records refused migrations as applied."
    instead = "Use tenon migrate; with a router that says no, Django records refused migrations as applied."
    # Django's system check compares it with the one of makemigrations.
    autodetector = MigrationAutodetector
