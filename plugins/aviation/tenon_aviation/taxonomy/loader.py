"""Read taxonomy packs from their JSON files: schema, checksum and structure are all proven before use."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tenon_aviation.taxonomy.errors import PackError
from tenon_aviation.taxonomy.types import Node, Pack, PackRef

PACKS_DIR = Path(__file__).parent.parent / "packs"
SCHEMA_FILE = PACKS_DIR / "schema" / "pack.schema.json"


def document_checksum(document: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no blanks, UTF-8) of everything but the checksum itself."""
    body = {key: value for key, value in document.items() if key != "checksum"}
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def load_pack_file(path: Path) -> Pack:
    """Read one pack; PackError when it is not JSON, breaks the schema, was altered or is inconsistent."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PackError(path.name, f"cannot be read: {error}") from error
    failure = best_match(_validator().iter_errors(document))
    if failure is not None:
        raise PackError(path.name, f"{failure.json_path}: {failure.message}")
    if document["checksum"] != document_checksum(document):
        raise PackError(path.name, "the checksum does not match the content")
    return _build(document)


@cache
def shipped_packs() -> tuple[Pack, ...]:
    """All packs of this distribution, ordered by key and version."""
    packs = (load_pack_file(path) for path in PACKS_DIR.glob("*.json"))
    return tuple(sorted(packs, key=lambda pack: pack.ref))


def shipped_pack(key: str, version: str) -> Pack:
    """One pack of this distribution; LookupError when it does not ship with it."""
    wanted = PackRef(key=key, version=version)
    for pack in shipped_packs():
        if pack.ref == wanted:
            return pack
    raise LookupError(f"{wanted} does not ship with this plugin")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def _build(document: dict[str, Any]) -> Pack:
    levels: dict[str, int] = {}
    nodes = []
    for raw in document["nodes"]:
        # A parent that is missing gives level 2; Pack.build then names it.
        level = 1 if raw["parent"] is None else levels.get(raw["parent"], 1) + 1
        levels[raw["code"]] = level
        nodes.append(_node(raw, level))
    head = {key: document[key] for key in ("title", "source", "licence", "credit", "locale", "status", "notes")}
    ref = PackRef(key=document["key"], version=document["version"])
    return Pack.build(ref=ref, nodes=nodes, checksum=document["checksum"], **head)


def _node(raw: dict[str, Any], level: int) -> Node:
    phases = raw["allowed_phases"]
    return Node(
        code=raw["code"],
        label=raw["label"],
        parent=raw["parent"],
        level=level,
        order=raw["order"],
        definition=raw["definition"],
        active=raw["active"],
        aliases=tuple(raw["aliases"]),
        allowed_phases=None if phases is None else tuple(phases),
        external_ids=raw["external_ids"],
    )
