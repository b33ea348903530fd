"""One local server that stands in for all services outside: `/ol`, `/gb` and `/legimi` of it."""

import pytest
import stamina

from enrichment import http, pace
from enrichment.stand_in import StandIn

CONTACT = "https://bookhub.example books@bookhub.example"
GOOGLE_KEY = "the-key-of-google-books"


@pytest.fixture(scope="session")
def _server():
    with StandIn() as server:
        yield server


@pytest.fixture
def outside(_server, monkeypatch):
    """Give the server, empty; the door is impatient, and tries again without waiting first."""
    monkeypatch.setattr(http, "CONNECT_WITHIN", 1.0)
    monkeypatch.setattr(http, "READ_WITHIN", 0.3)
    monkeypatch.setattr(http, "ANSWER_WITHIN", 1.0)
    _server.reset()
    with stamina.set_testing(True, attempts=100, cap=True):
        yield _server
    _server.end_silences()


@pytest.fixture
def stand_in(outside, settings, monkeypatch):
    """Give the server in place of all services, which may be asked at any pace."""
    settings.OPENLIBRARY_BASE_URL = f"{outside.url}/ol"
    settings.OPENLIBRARY_CONTACT = CONTACT
    settings.GOOGLE_BOOKS_BASE_URL = f"{outside.url}/gb"
    settings.GOOGLE_BOOKS_API_KEY = GOOGLE_KEY
    settings.LEGIMI_BASE_URL = f"{outside.url}/legimi"
    settings.LEGIMI_ENABLED = True
    monkeypatch.setattr(pace, "take_turn", lambda service, patience: None)
    return outside
