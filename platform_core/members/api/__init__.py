"""REST views of members, teams and credentials."""
