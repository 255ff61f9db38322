"""Quality notes: an example of a Tenon plugin. It imports nothing of the platform but `platform_core.sdk`."""
