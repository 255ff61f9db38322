"""Development and quickstart: readable errors, mail on the console, a key that is made when none is set."""

import secrets

from platform_core.settings.base import *  # noqa: F403
from platform_core.settings.base import ALLOWED_HOSTS as CONFIGURED_HOSTS
from platform_core.settings.base import SECRET_KEY as CONFIGURED_KEY

# Quickstart passes a key kept in its data folder; a bare `tenon django ...` gets a fresh one, which ends its sessions.
SECRET_KEY = CONFIGURED_KEY or secrets.token_urlsafe(48)
ALLOWED_HOSTS = CONFIGURED_HOSTS or ["localhost", ".localhost", "127.0.0.1", "[::1]"]
