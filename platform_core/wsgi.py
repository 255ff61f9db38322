"""The WSGI application of every web process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_core.settings.local")

application = get_wsgi_application()
