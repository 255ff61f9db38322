"""Products with stock, and orders with lines: the example of the plugin tutorial."""
