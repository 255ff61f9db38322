"""Example bodies for the OpenAPI document."""

from typing import Any, Final

PACK: Final[dict[str, Any]] = {
    "id": 1,
    "ref": "aviation:cictt@4.7",
    "key": "cictt",
    "version": "4.7",
    "title": "CICTT aviation occurrence categories",
    "source": "CAST/ICAO Common Taxonomy Team, Aviation Occurrence Categories, version 4.7, December 2017",
    "licence": "Published for free adoption; definitions are the plugin authors' own words",
    "credit": "CAST/ICAO Common Taxonomy Team (CICTT)",
    "notes": "Definitions are short paraphrases, not the official text.",
    "locale": "en",
    "status": "released",
    "checksum": "sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "node_count": 36,
    "created_at": "2026-11-20T12:00:00.000000Z",
    "updated_at": "2026-11-20T12:00:00.000000Z",
}
NODE: Final[dict[str, Any]] = {
    "id": 7,
    "pack": 1,
    "parent": None,
    "code": "CFIT",
    "label": "Controlled flight into or toward terrain",
    "definition": "A controllable aircraft flew into, or nearly into, terrain, water or an obstacle.",
    "level": 1,
    "order": 7,
    "active": True,
    "aliases": ["CFTT"],
    "allowed_phases": ["ICL", "ENR", "MNV", "APR"],
    "external_ids": {"eccairs_430": {"id": 3, "status": "unconfirmed"}},
    "created_at": "2026-11-20T12:00:00.000000Z",
    "updated_at": "2026-11-20T12:00:00.000000Z",
}
TEMPLATE: Final[dict[str, Any]] = {
    "key": "cictt_quick_coding",
    "title": "CICTT quick coding",
    "description": "Code a report with its phase of flight and CICTT occurrence categories.",
    "group": "Aviation safety",
    "label_config": '<View><Text name="narrative" value="$narrative"/></View>',
}


def page(item: dict[str, Any]) -> dict[str, Any]:
    """Return a page that holds one item."""
    return {"count": 1, "next": None, "previous": None, "results": [item]}
