"""Somebody with a password, calls made at the same moment, and another service's key server."""

import json
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Thread

import pytest
from django.db import connections

from config.celery import app as celery
from tests import factories


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Argon2 takes its time on purpose; the tests that are about it ask for it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def someone(db):
    """A reader who can sign in with factories.PASSWORD."""
    return factories.UserFactory(email="someone@example.org", password=factories.PASSWORD)


@pytest.fixture
def post(api):
    """Post JSON: `post(path, client, HTTP_HEADER=..., field=...)`."""

    def send(path, client=None, extra=None, **body):
        # ASCII JSON, so that a lone surrogate can be sent too.
        text = json.dumps(body)
        return (client or api()).post(path, text, content_type="application/json", **(extra or {}))

    return send


@pytest.fixture
def sign_in(post):
    """Post credentials: `sign_in()`, `sign_in(password="wrong")`, `sign_in(address="192.0.2.9")`."""

    def send(email="someone@example.org", password=factories.PASSWORD, address=None, client=None):
        extra = {"REMOTE_ADDR": address} if address else {}
        return post("/api/auth/sign-in", client, extra, email=email, password=password)

    return send


@pytest.fixture
def at_once():
    """Make calls in threads that start together; give what each returned."""

    def run(*calls):
        barrier = Barrier(len(calls))

        def one(call):
            try:
                barrier.wait()
                return call()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run


@pytest.fixture
def tasks_run_at_once():
    """Run Celery tasks where they are sent, instead of in a worker."""
    celery.conf.update(task_always_eager=True)
    yield
    celery.conf.update(task_always_eager=False)


class _KeyHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests += 1
        body = self.server.answer
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class KeyServer(ThreadingHTTPServer):
    """Serves a JWK set; `status`, `answer` and `requests` may be changed and read."""

    status, answer, requests = 200, b"", 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/keys.json"

    def serve(self, *keys):
        self.answer = json.dumps({"keys": keys}).encode()


@pytest.fixture
def key_server():
    with KeyServer(("127.0.0.1", 0), _KeyHandler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()
