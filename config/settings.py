"""Settings, all read from the environment here and nowhere else (docs/operations.md).

Safe by default: DEBUG is off, secrets are required, HTTPS rules hold. `make run` and the tests
set BOOKHUB_LOCAL, which allows plain HTTP on this machine and nothing more.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy

from config.logs import JSON_LOGGING, SHARED_PROCESSORS
from config.row_security import WEB_ROLE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

LOCAL: bool = env.bool("BOOKHUB_LOCAL", default=False)
DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env("SECRET_KEY")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "config.apps.PlatformConfig",
    "accounts.apps.AccountsConfig",
    "catalog.apps.CatalogConfig",
    "shelves.apps.ShelvesConfig",
    "enrichment.apps.EnrichmentConfig",
    "moderation.apps.ModerationConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "config.admin.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "config.apps.PostgresFieldsConfig",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "auditlog",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_prometheus",
    "django_structlog",
]

MIDDLEWARE = [
    "config.middleware.CountingMiddleware",
    "config.middleware.trusted_proxies",
    "config.middleware.request_id",
    "config.middleware.request_log",
    "config.middleware.security_headers",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.body_limit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
STATIC_URL = "/static/"
# A laptop needs no collectstatic: there, files are served from where the packages keep them.
STATIC_ROOT = None if LOCAL else BASE_DIR / "staticfiles"
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LOCAL
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = []

# --- Databases --------------------------------------------------------------------------------


def _database(variable: str) -> dict[str, Any]:
    config: dict[str, Any] = environ.Env.db_url_config(env(variable))
    options = {**config.get("OPTIONS", {}), "application_name": "bookhub"}
    # A Unix socket's directory stands percent-encoded as the host, or in the query; `dbshell` looks
    # for it in HOST alone.
    config["HOST"] = unquote(config.get("HOST") or options.pop("host", ""))
    config["OPTIONS"] = options
    return config


OWNER_ALIAS = "owner"
DATABASES: dict[str, dict[str, Any]] = {
    # Web and workers: whatever the URL's user may do, they step down to the role that the
    # policies hold, as the connection opens (docs/decisions/0002-web-role.md). Pooled, because a
    # connection costs more than most requests.
    "default": _database("DATABASE_URL"),
    # Migrations and bulk loads: the owner of the tables.
    OWNER_ALIAS: _database("DATABASE_OWNER_URL" if "DATABASE_OWNER_URL" in env else "DATABASE_URL"),
}
# A migration that waits for a lock makes every reader wait behind it.
DATABASES[OWNER_ALIAS]["OPTIONS"]["options"] = "-c lock_timeout=4s"
DATABASES["default"]["OPTIONS"] |= {
    "options": f"-c role={WEB_ROLE}",
    "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=8), "timeout": 3},
    # Without a number psycopg prepares nothing, whoever asks; Django's own cursors never ask
    # (config/statements.py does, and replaces connections that died with a restarted server).
    "prepare_threshold": 5,
}
DATABASES[OWNER_ALIAS]["TEST"] = {"MIRROR": "default"}

REDIS_URL: str = env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "bookhub",
    }
}

# --- People and tokens ------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.lockout.PasswordBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS.append({"NAME": "accounts.validators.SignOutValidator"})
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# django-axes: five failures for one e-mail from one address lock that pair out.
AXES_HANDLER = "accounts.lockout.FailureHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "accounts.lockout.answer"
AXES_VERBOSE = False

# The second factor of the back-office (accounts/second_factor): the name that apps show for it.
OTP_TOTP_ISSUER = "BookHub"
# A clock may be 30 seconds off, and no more than that after it was so once.
OTP_TOTP_SYNC = False

# Tokens are ours, signed with JWT_SIGNING_KEY, or another service's: its public key (a PEM) stands
# in JWT_SIGNING_KEY then, or JWT_JWK_URL serves it.
JWT_JWK_URL: str = env("JWT_JWK_URL", default="")
JWT_ALGORITHM: str = env("JWT_ALGORITHM", default="RS256" if JWT_JWK_URL else "HS256")
JWT_ISSUER: str = env("JWT_ISSUER", default="")
JWT_AUDIENCE: str = env("JWT_AUDIENCE", default="")
JWT_SIGNING_KEY: str = env("JWT_SIGNING_KEY", default=SECRET_KEY).replace("\\n", "\n")
if not re.fullmatch("(HS|RS|ES)(256|384|512)", JWT_ALGORITHM):
    raise ImproperlyConfigured("JWT_ALGORITHM must be one of HS, RS or ES with 256, 384 or 512.")
if JWT_JWK_URL and not (JWT_ISSUER and JWT_AUDIENCE):
    raise ImproperlyConfigured("JWT_JWK_URL needs JWT_ISSUER and JWT_AUDIENCE beside it.")
if JWT_JWK_URL and JWT_ALGORITHM.startswith("HS"):
    raise ImproperlyConfigured("JWT_JWK_URL serves public keys; JWT_ALGORITHM must not be HS*.")
if not (JWT_JWK_URL or JWT_ALGORITHM.startswith("HS") or "-----BEGIN" in JWT_SIGNING_KEY):
    raise ImproperlyConfigured(f"{JWT_ALGORITHM} needs a key in PEM form in JWT_SIGNING_KEY.")
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(hours=1),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
}
SIGN_UP_RATE: str = env("SIGN_UP_RATE", default="60/m")
SIGN_IN_RATE: str = env("SIGN_IN_RATE", default="60/m")

# --- HTTP -------------------------------------------------------------------------------------

APPEND_SLASH = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Only a proxy that is named here is believed about the scheme and the client's address.
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", default=[])
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_COOKIES = not LOCAL
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SECURE_SSL_REDIRECT = not LOCAL
# Orchestrators ask from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
if not LOCAL:
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
METRICS_TOKEN: str = env("METRICS_TOKEN", default="")

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# Seconds; a mail server that says nothing would hold a worker for minutes. The mail is tried again.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env("DEFAULT_FROM_EMAIL", default="BookHub <noreply@localhost>")
PASSWORD_RESET_URL: str = env("PASSWORD_RESET_URL", default="")

# --- API --------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["config.bodies.JsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["config.bodies.JsonRenderer"],
    "DEFAULT_PAGINATION_CLASS": "config.paging.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "config.schema.Schema",
    "EXCEPTION_HANDLER": "config.api.handle_exception",
    "COERCE_DECIMAL_TO_STRING": False,
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "BookHub",
    "DESCRIPTION": "Publishers submit books, moderators finalize them, readers keep shelves.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "BookStatus": "catalog.models.Book.Status",
        "BookFormat": "catalog.models.Book.Format",
        "JobStatus": "enrichment.models.Job.Status",
        "ShelfStatus": "shelves.models.UserWork.Status",
        "Success": [("success", "success")],
    },
}
COVER_IMAGE_HOSTS: list[str] = env.list(
    "COVER_IMAGE_HOSTS", default=["cdn.bookhub.com", "covers.openlibrary.org", "books.google.com"]
)
# Where those send their callers on to. A browser holds the policy of a page against it, too.
COVER_REDIRECT_HOSTS: list[str] = env.list(
    "COVER_REDIRECT_HOSTS", default=["archive.org", "*.us.archive.org"]
)
# Stands in for all hosts of covers, each below its name.
COVERS_BASE_URL: str = env("COVERS_BASE_URL", default="")

# --- Sources outside --------------------------------------------------------------------------

OPENLIBRARY_BASE_URL: str = env("OPENLIBRARY_BASE_URL", default="https://openlibrary.org")
# A URL and an e-mail address; without it Open Library answers 403.
OPENLIBRARY_CONTACT: str = env("OPENLIBRARY_CONTACT", default="")
GOOGLE_BOOKS_BASE_URL: str = env(
    "GOOGLE_BOOKS_BASE_URL", default="https://www.googleapis.com/books/v1"
)
GOOGLE_BOOKS_API_KEY: str = env("GOOGLE_BOOKS_API_KEY", default="")
GOOGLE_BOOKS_COUNTRY: str = env("GOOGLE_BOOKS_COUNTRY", default="PL")
LEGIMI_BASE_URL: str = env("LEGIMI_BASE_URL", default="https://www.legimi.pl")
# Off until a person has read Legimi's terms (docs/legimi.md).
LEGIMI_ENABLED: bool = env.bool("LEGIMI_ENABLED", default=False)
# Requests a day that the nightly re-check may make; 0 switches it off.
LEGIMI_NIGHTLY_BUDGET: int = env.int("LEGIMI_NIGHTLY_BUDGET", default=0)
# What the User-Agent begins with; a word in it may be blocked somewhere.
SOURCES_USER_AGENT: str = env("SOURCES_USER_AGENT", default="BookHub/1.0")

# --- Background work --------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL

# --- Audit and logs ---------------------------------------------------------------------------

AUDITLOG_CID_GETTER = "config.logs.current_request_id"
AUDITLOG_DISABLE_REMOTE_ADDR = True
LOGGING = JSON_LOGGING
DJANGO_STRUCTLOG_CELERY_ENABLED = True
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *SHARED_PROCESSORS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
PROMETHEUS_LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, float("inf"))

UNFOLD = {
    "SITE_TITLE": "BookHub",
    "SITE_HEADER": "BookHub",
    "SITE_SUBHEADER": "Back-office",
    "SITE_SYMBOL": "menu_book",
    "SITE_FAVICONS": [{"rel": "icon", "href": lambda _request: static("config/icon.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "moderation.home.dashboard",
    "ACCOUNT": {
        "navigation": [
            {"title": "Change password", "link": reverse_lazy("admin:password_change")},
            {"title": "Second factor", "link": reverse_lazy("admin:second_factor")},
        ]
    },
    "STYLES": [lambda _request: static("moderation/back_office.css")],
    "SCRIPTS": [lambda _request: static("moderation/back_office.js")],
    # They stand in back_office.css: from here, unfold would write them into each page as a <style>,
    # which the content policy forbids. A dict would be mixed with unfold's own colours.
    "COLORS": lambda _request: {},
}
# Its tables stay empty: failures are counted in Redis.
AXES_ENABLE_ADMIN = False
