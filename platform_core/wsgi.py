"""The WSGI application of every web process."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_core.settings.local")

application = get_wsgi_application()

# A process is ready when it has loaded its views and plugins, not at its first request, which would wait for seconds.
for urlconf in (settings.ROOT_URLCONF, settings.PUBLIC_SCHEMA_URLCONF):
    assert get_resolver(urlconf).url_patterns is not None

# What is loaded by now stays for ever: the collector need not walk it again and again while an import makes objects by
# the ten thousand. That took four tenths of an import's processor time (0.45 s against 0.27 s for 20,000 tasks).
gc.collect()
gc.freeze()
