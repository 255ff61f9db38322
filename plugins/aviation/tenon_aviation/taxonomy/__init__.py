"""Taxonomy packs: immutable value objects and their loader."""

from tenon_aviation.taxonomy.errors import PackError
from tenon_aviation.taxonomy.loader import load_pack_file, shipped_pack, shipped_packs
from tenon_aviation.taxonomy.types import Node, Pack, PackRef, Resolution

__all__ = ["Node", "Pack", "PackError", "PackRef", "Resolution", "load_pack_file", "shipped_pack", "shipped_packs"]
