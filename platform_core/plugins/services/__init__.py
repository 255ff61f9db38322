"""Acts on plugins: plan, enable, disable, purge, settings. Audited, one transaction each."""
