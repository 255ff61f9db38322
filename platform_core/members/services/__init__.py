"""Writes on members, teams, invitations and credentials. One transaction each, audit and event inside."""
