"""REST views of projects."""
