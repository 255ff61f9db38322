"""REST of the audit."""
