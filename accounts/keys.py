"""The keys that sign and check tokens: our own, or the public ones of another issuer."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from jwt import PyJWKClient
from jwt.exceptions import PyJWTError
from rest_framework_simplejwt.backends import TokenBackend

from config.errors import UnavailableError

ANSWER_WITHIN = 3
"""Seconds that the key server may take; a request waits for it."""
KEYS_LAST = 300
"""Seconds after which the key server is asked again."""
PAUSE_AFTER_FAILURE = 10
"""Seconds in which a key server that failed is left alone."""


class KeyServer(PyJWKClient):
    """The other issuer's public keys, kept for KEYS_LAST, asked for once more on an unknown id.

    Raises UnavailableError when they cannot be had: that says nothing about the token. Requests
    queue for the answer, so after a failure they are told at once, without asking again.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, timeout=ANSWER_WITHIN, lifespan=KEYS_LAST)
        self._ask_again_at = 0.0

    def fetch_data(self) -> Any:
        wait = self._ask_again_at - time.monotonic()
        if wait > 0:
            raise _no_keys(wait)
        try:
            return super().fetch_data()
        # No answer, no JSON, or no usable key in it.
        except (PyJWTError, OSError, ValueError, RecursionError) as exc:
            self._ask_again_at = time.monotonic() + PAUSE_AFTER_FAILURE
            raise _no_keys(PAUSE_AFTER_FAILURE) from exc


def _no_keys(wait: float) -> UnavailableError:
    return UnavailableError(
        "The service that signs people in does not give its keys. Try again in a moment.",
        headers={"Retry-After": str(int(wait) + 1)},
    )


def token_backend() -> TokenBackend:
    """Give what signs and checks tokens under the present settings; keys are loaded once."""
    return _backend(
        settings.JWT_ALGORITHM,
        settings.JWT_SIGNING_KEY,
        settings.JWT_JWK_URL,
        settings.JWT_ISSUER,
        settings.JWT_AUDIENCE,
    )


@lru_cache
def _backend(algorithm: str, key: str, jwk_url: str, issuer: str, audience: str) -> TokenBackend:
    private, public = _halves(algorithm, "" if jwk_url else key)
    backend = TokenBackend(algorithm, private, public, audience or None, issuer or None)
    backend.jwks_client = KeyServer(jwk_url) if jwk_url else None
    return backend


def _halves(algorithm: str, key: str) -> tuple[str | None, str]:
    """Give the signing and the checking key; of another issuer we have the checking one alone."""
    if algorithm.startswith("HS"):
        return key, key
    try:
        private = load_pem_private_key(key.encode(), password=None)
    except ValueError:
        return None, key
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return key, public.decode()


def issued_elsewhere() -> bool:
    """Say whether another service signs people in: its public keys are all that we have."""
    return token_backend().signing_key is None
