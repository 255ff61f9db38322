"""The test run: quick hashing, no pool, mail in memory, jobs in their queue unless a test waits for one."""

from platform_core.settings.base import *  # noqa: F403
from platform_core.settings.base import DATABASES as BASE_DATABASES

SECRET_KEY = "test-key-that-is-long-enough-for-hs256-signatures-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["*"]
TENON_PUBLIC_DOMAIN = "testserver"
TENON_PUBLIC_URL = "http://testserver"
DATABASES = BASE_DATABASES
DATABASES["default"]["OPTIONS"].pop("pool", None)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TENON_JOBS_SYNC = False
# Tests write them themselves, where they are about them.
TENON_HOOK_STATISTICS_SECONDS = 0
TENON_JOBS_INLINE_WAIT = True
