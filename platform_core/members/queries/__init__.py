"""Reads on members, teams and credentials of the organization in scope."""
