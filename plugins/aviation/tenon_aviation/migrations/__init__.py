"""Tables of the aviation plugin."""
