"""Fills the database that every proof starts from; run by the core alone: `python -m ... SERVER`.

`DATABASE_URL` names an empty database on that server. What an organization sees that has no plugin is asked in a copy,
so that a proof asks the same questions of the same rows.
"""

import sys
from typing import Any


def main(server: str) -> None:
    """Migrate, fill, ask, keep."""
    # Inline: what comes before needs no Django.
    import django

    django.setup()
    # Inline: these need it.
    from django.db import connection, connections

    # Inline: as above.
    from platform_core.conformance.behaviour import absence, world
    from platform_core.conformance.databases import copy_database, drop_database
    from tenants.fleet import migrate_public

    template = str(connection.settings_dict["NAME"])
    migrate_public()
    worlds = world.build_worlds()
    connections.close_all()
    copy = f"{template}_copy"
    copy_database(server, template, copy)
    try:
        use_database(connection, copy)
        seen = absence.seen_from(worlds[world.OFF])
    finally:
        connections.close_all()
        drop_database(server, copy)
    use_database(connection, template)
    world.store(worlds, seen)
    connections.close_all()


def use_database(connection: Any, name: str) -> None:
    """Work on another database from now on."""
    connection.close()
    connection.settings_dict["NAME"] = name


if __name__ == "__main__":
    main(*sys.argv[1:])
