"""Production: refuses to start without a key, hosts, a database and mail."""

from django.core.exceptions import ImproperlyConfigured

from platform_core.settings import environment
from platform_core.settings.base import *  # noqa: F403

SECRET_KEY = environment.required("TENON_SECRET_KEY", "a random text of at least 50 characters, the same on every host")
ALLOWED_HOSTS = environment.words("TENON_ALLOWED_HOSTS")
DEBUG = False

if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("TENON_SECRET_KEY is too short: give at least 50 random characters")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "Set TENON_ALLOWED_HOSTS: the public domain and its subdomains, as in tenon.example,.tenon.example"
    )
environment.required("DATABASE_URL", "postgres://user:password@host:5432/name")
environment.required("TENON_PUBLIC_DOMAIN", "the domain under which organizations get their subdomains")
environment.required("EMAIL_HOST", "invitations and password resets are sent by mail")
TENON_PUBLIC_URL = environment.text("TENON_PUBLIC_URL", f"https://{environment.text('TENON_PUBLIC_DOMAIN')}").rstrip(
    "/"
)
EMAIL_BACKEND = environment.text("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")

SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-tenon_session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-tenon_csrf"
SECURE_SSL_REDIRECT = environment.flag("TENON_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.words("TENON_TRUSTED_PROXIES") else None
