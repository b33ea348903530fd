"""Settings of `bench.plain_drf`: what `startproject` and DRF's tutorial give."""

from typing import Any

from config.settings import *  # noqa: F403
from config.settings import DATABASES as _DATABASES
from config.settings import JWT_SIGNING_KEY

ROOT_URLCONF = "bench.plain_drf"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# The owner's connection, which no policy holds.
DATABASES = _DATABASES | {"default": _DATABASES["owner"] | {"CONN_MAX_AGE": 600}}
SIMPLE_JWT: dict[str, Any] = {  # type: ignore[no-redef]
    "SIGNING_KEY": JWT_SIGNING_KEY
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 20,
}
LOGGING: dict[str, Any] = {}  # type: ignore[no-redef]
