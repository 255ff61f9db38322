"""Importers and exporters of file formats."""
