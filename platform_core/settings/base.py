"""Settings of every installation. `local`, `test` and `production` import them and differ only where they must."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url

from platform_core.plugins.lock import installed_plugin_apps
from platform_core.settings import environment
from tenants.postgresql.pool import reset_pooled_connection

_CHECKOUT = Path(__file__).resolve().parents[2]

TENON_DATA_DIR = environment.path("TENON_DATA_DIR", Path(".tenon"))
TENON_PUBLIC_DOMAIN = environment.text("TENON_PUBLIC_DOMAIN", "localhost")
# Mails carry links to it, so it is never taken from a request. Organizations get its scheme and port.
TENON_PUBLIC_URL = environment.text("TENON_PUBLIC_URL", f"http://{TENON_PUBLIC_DOMAIN}").rstrip("/")
TENON_PLUGINS_STRICT = environment.flag("TENON_PLUGINS_STRICT")
# Whoever sends it as a bearer token may read /metrics; without one, only requests from this machine itself.
TENON_METRICS_TOKEN = environment.text("TENON_METRICS_TOKEN")
# How often a process writes what it counted of the plugins' hooks; 0: never.
TENON_HOOK_STATISTICS_SECONDS = environment.number("TENON_HOOK_STATISTICS_SECONDS", 10)
TENON_TRUSTED_PROXIES = environment.words("TENON_TRUSTED_PROXIES")
TENON_OUTBOUND_ALLOW = environment.words("TENON_OUTBOUND_ALLOW")
TENON_LOCAL_STORAGE_ROOT = environment.text("TENON_LOCAL_STORAGE_ROOT") or None
# Data sets that lie beside this checkout; the demo prefers them to the extracts that plugins ship.
TENON_SHARED_DATA = environment.path("TENON_SHARED_DATA", _CHECKOUT.parent / "shared" / "data")
# Where pages of other ports find the process that streams events; 0: a proxy sends its path there.
TENON_EVENTS_PORT = environment.number("TENON_EVENTS_PORT", 0)
REDIS_URL = environment.text("REDIS_URL")

SECRET_KEY = environment.text("TENON_SECRET_KEY")
SECRET_KEY_FALLBACKS = environment.words("TENON_SECRET_KEY_FALLBACKS")
DEBUG = environment.flag("TENON_DEBUG")
ALLOWED_HOSTS = environment.words("TENON_ALLOWED_HOSTS")

# --- apps -----------------------------------------------------------------------------------------------------------
SHARED_APPS = [
    "tenants",
    "platform_core.accounts",
    "platform_core.quickstart",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
TENANT_APPS = [
    "platform_core.members",
    "platform_core.projects",
    "platform_core.tasks",
    "platform_core.jobs",
    "platform_core.events",
    "platform_core.repeats",
    "platform_core.plugins",
]
PLUGIN_APPS = installed_plugin_apps(TENON_DATA_DIR)
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS, *PLUGIN_APPS]

TENANT_MODEL = "tenants.Organization"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_SYNC_ROUTER = "tenants.routers.ScopedMigrationRouter"
DATABASE_ROUTERS = [TENANT_SYNC_ROUTER]
TENANT_LIMIT_SET_CALLS = True
PUBLIC_SCHEMA_NAME = "public"

AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- database -------------------------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **dj_database_url.parse(environment.text("DATABASE_URL", "postgres://tenon@127.0.0.1:5432/tenon")),
        "ENGINE": "tenants.postgresql",
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
    }
}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    # Times are stored and answered in UTC whatever the server's own zone is.
    "options": "-c timezone=UTC",
    "application_name": "tenon",
    "pool": {
        "min_size": 1,
        "max_size": environment.number("TENON_DATABASE_POOL_SIZE", 8),
        "timeout": 10,
        # A backend that has touched many organizations keeps their catalogue in memory for ever
        # (reference/tenancy.md §6: 1.7 MB each), so connections are short-lived.
        "max_lifetime": 600,
        "reset": reset_pooled_connection,
    },
}

# --- web ------------------------------------------------------------------------------------------------------------
MIDDLEWARE = [
    "platform_core.api.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "platform_core.api.request_id.RequestIdMiddleware",
    "platform_core.members.host.OrganizationMiddleware",
    # Tells the length of each answer that is no stream.
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "platform_core.api.slashes.MissingSlashMiddleware",
    "platform_core.plugins.gate.PluginGateMiddleware",
]
ROOT_URLCONF = "platform_core.urls.tenant"
PUBLIC_SCHEMA_URLCONF = "platform_core.urls.public"
WSGI_APPLICATION = "platform_core.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parents[1] / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = TENON_DATA_DIR / "static"
STATICFILES_DIRS = [Path(__file__).resolve().parents[1] / "api" / "static"]

# Files that people upload, a folder an organization. Several web hosts share it.
TENON_FILES_ROOT = environment.path("TENON_FILES_ROOT", TENON_DATA_DIR / "files")
# Bytes of uploads and exports that an organization may keep; 0 is no limit.
TENON_STORAGE_QUOTA_BYTES = environment.number("TENON_STORAGE_QUOTA_BYTES", 0)
# Bodies of imports are read as a stream and bounded by TENON_MAX_IMPORT_BYTES; everything else by this.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
TENON_MAX_IMPORT_BYTES = environment.number("TENON_MAX_IMPORT_BYTES", 250 * 1024 * 1024)
# How long the body of an import may take to arrive.
TENON_MAX_BODY_SECONDS = environment.number("TENON_MAX_BODY_SECONDS", 600)
TENON_MAX_IMPORT_TASKS = environment.number("TENON_MAX_IMPORT_TASKS", 1_000_000)
TENON_TASK_LOCK_SECONDS = environment.number("TENON_TASK_LOCK_SECONDS", 3600)
# What the conversion of a snapshot may fetch; an export in the request fetches at most 500 files and 256 MiB.
TENON_EXPORT_MEDIA_FILES = environment.number("TENON_EXPORT_MEDIA_FILES", 100_000)
TENON_EXPORT_MEDIA_BYTES = environment.number("TENON_EXPORT_MEDIA_BYTES", 20 * 1024**3)
TENON_EXPORT_DAYS = environment.number("TENON_EXPORT_DAYS", 30)

SESSION_ENGINE = "platform_core.members.sessions"
SESSION_COOKIE_NAME = "tenon_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "tenon_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "platform_core.api.boundary.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# --- credentials ----------------------------------------------------------------------------------------------------
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
JWT_ACCESS_TOKEN_LIFETIME = timedelta(minutes=environment.number("JWT_ACCESS_TOKEN_LIFETIME", 15))
JWT_REFRESH_TOKEN_LIFETIME = timedelta(minutes=environment.number("JWT_REFRESH_TOKEN_LIFETIME", 7 * 24 * 60))

# --- mail -----------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = environment.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", f"tenon@{TENON_PUBLIC_DOMAIN}")

# --- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "platform_core.members.authentication.ApiKeyAuthentication",
        "platform_core.members.authentication.AccessTokenAuthentication",
        "platform_core.members.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["platform_core.members.permissions.DeclaredPermission"],
    "DEFAULT_PARSER_CLASSES": [
        "platform_core.api.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["platform_core.api.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "platform_core.api.pagination.PageNumberPagination",
    "DEFAULT_SCHEMA_CLASS": "platform_core.api.openapi.TenonAutoSchema",
    "EXCEPTION_HANDLER": "platform_core.api.handler.exception_handler",
    # `?format=` of an import names the format of its body, not that of the answer.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "platform_core.members.principal.Anonymous",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "PAGE_SIZE": 30,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tenon",
    "OAS_VERSION": "3.1.1",
    "VERSION": "0.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "platform_core.api.openapi.simplified_nulls",
    ],
}

# --- jobs -----------------------------------------------------------------------------------------------------------
RQ_QUEUES = {
    name: {"URL": REDIS_URL or "redis://127.0.0.1:6379/0", "DEFAULT_TIMEOUT": timeout}
    for name, timeout in {"critical": 180, "high": 180, "default": 180, "low": 36_000}.items()
}
RQ = {"JOB_CLASS": "rq.job.Job"}
# A worker owns a job for so long without heartbeat; then another may take it.
TENON_JOBS_LEASE_SECONDS = environment.number("TENON_JOBS_LEASE_SECONDS", 60)
# Wait after the first failed attempt; doubles with each further one.
TENON_JOBS_RETRY_SECONDS = environment.number("TENON_JOBS_RETRY_SECONDS", 5)
# Jobs of one queue that an organization may have running at once, so that others find a worker; 0 is no limit.
TENON_JOBS_PER_ORGANIZATION = environment.number("TENON_JOBS_PER_ORGANIZATION", 4)
# Rows of ended jobs are deleted after so many days; 0 keeps them.
TENON_JOBS_KEEP_DAYS = environment.number("TENON_JOBS_KEEP_DAYS", 30)
# Modules that register jobs, besides the module `jobs` of every app.
TENON_JOB_MODULES = environment.words("TENON_JOB_MODULES")
# For tests only: run jobs inside the caller at once, or in the caller when it waits for one.
TENON_JOBS_SYNC = False
TENON_JOBS_INLINE_WAIT = False

# --- language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "console": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "console"}},
    "root": {"handlers": ["console"], "level": environment.text("TENON_LOG_LEVEL", "INFO")},
    "loggers": {
        # A client's mistake is the client's to read; only failures of ours are the operator's.
        "django.request": {"level": "ERROR"},
        # One line a job and process would bury what an operator looks for; the job rows say it all.
        "rq": {"level": "WARNING"},
    },
}
