"""Writes on projects."""
