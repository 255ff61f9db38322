"""REST views of global accounts, on the public host."""
