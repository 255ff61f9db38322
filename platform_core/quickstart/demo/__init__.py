"""The two organizations that a quickstart begins with."""
