"""Counting garden birds: an example of a domain extension as a Tenon plugin."""
