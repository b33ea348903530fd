"""One local server that stands in for all services outside: `/ol`, `/gb` and `/legimi` of it."""

import pytest
import stamina
from limits import RateLimitItemPerSecond

from enrichment.outside import pace, sockets
from enrichment.outside.answers import Service
from enrichment.stand_in import Fault, StandIn

CONTACT = "https://bookhub.example books@bookhub.example"
GOOGLE_KEY = "the-key-of-google-books"


@pytest.fixture(scope="session")
def _server():
    with StandIn() as server:
        yield server


@pytest.fixture
def outside(_server, monkeypatch):
    """Give the server, empty. The door tries again at once, and silence does not last long."""

    def fault(path, kind, times=None):
        if kind is Fault.TIMEOUT:
            monkeypatch.setattr(sockets, "READ_WITHIN", 0.2)
        StandIn.fault(_server, path, kind, times)

    _server.reset()
    monkeypatch.setattr(_server, "fault", fault)
    with stamina.set_testing(True, attempts=100, cap=True):
        yield _server
    _server.end_silences()


@pytest.fixture
def example(outside):
    """Give a service of its own, at `/ex`."""
    return Service(
        name="example",
        title="Example Books",
        base_url=f"{outside.url}/ex",
        user_agent="BookHub/1.0 (https://bookhub.example; books@bookhub.example)",
        pace=(RateLimitItemPerSecond(1000),),
        advice={403: "Set EXAMPLE_CONTACT."},
    )


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
