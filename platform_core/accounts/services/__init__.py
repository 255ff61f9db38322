"""Writes on global accounts. Each enters the public scope itself, so that an organization's host may call it."""
