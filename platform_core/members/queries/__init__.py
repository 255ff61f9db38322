"""Reading members, teams and credentials."""
