"""The real server: chunked bodies, one log of JSON, figures added up over its processes."""

import http.client
import json
import socket
import subprocess
import sys
import time

import pytest

from tests.environment import beside_this_test

pytestmark = pytest.mark.django_db
TOKEN = "a-token-for-prometheus"


class Server:
    def __init__(self, port, process, errors):
        self.port, self.process, self.errors = port, process, errors

    def ask(self, method, path, body=None, **headers):
        """Send a request; an iterable `body` goes in chunks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        answer = response.status, response.headers, response.read()
        connection.close()
        return answer

    def say(self, raw):
        """Send bytes that ask for the connection's end, and give all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as sock:
            sock.sendall(raw)
            return b"".join(iter(lambda: sock.recv(65536), b""))

    def figures(self):
        return self.ask("GET", "/metrics", Authorization=f"Bearer {TOKEN}")[2].decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    folder = tmp_path_factory.mktemp("gunicorn")
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    errors = folder / "stderr"
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"],
            env=beside_this_test(METRICS_TOKEN=TOKEN, PORT=str(port), TMPDIR=str(folder)),
            stderr=stderr,
        )
    server = Server(port, process, errors)
    _wait_for(server)
    yield server
    process.terminate()
    process.wait(20)
    assert not list(folder.glob("bookhub-metrics-*"))


def _wait_for(server):
    for _ in range(200):
        try:
            return server.ask("GET", "/healthz")
        except OSError:
            assert server.process.poll() is None, server.errors.read_text()
            time.sleep(0.1)
    raise TimeoutError(server.errors.read_text())


def _sign_in(server, *chunks):
    status, _, body = server.ask(
        "POST", "/api/auth/sign-in", iter(chunks), Content_Type="application/json"
    )
    return status, json.loads(body)


def test_a_chunked_body_is_read(server):
    status, body = _sign_in(server, b'{"email": "nobody@', b'example.org"}')
    assert (status, [row["field"] for row in body["details"]]) == (400, ["password"])


def test_a_chunked_body_ends_at_the_limit(server):
    status, body = _sign_in(server, *[b"x" * 65536] * 17)
    assert (status, body["code"]) == (413, "PAYLOAD_TOO_LARGE")


def test_a_chunk_that_is_none(server):
    answer = server.say(
        b"POST /api/auth/sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"MALFORMED_REQUEST"' in answer


def test_the_figures_are_those_of_all_processes(server):
    for _ in range(12):
        server.ask("GET", "/no-such-path")
    line = 'total_by_status_view_method_total{method="GET",status="404",view="<unnamed view>"} 12.0'
    assert line in server.figures()
    assert line in server.figures()


def test_the_log_is_json_throughout(server):
    server.ask("HEAD", "/healthz", X_Request_ID="the-one")
    lines = [json.loads(line) for line in server.errors.read_text().splitlines()]
    assert [line["status"] for line in lines if line.get("request_id") == "the-one"] == [200]
    assert {"Listening at", "worker_ready", "request"} <= {line["event"][:12] for line in lines}
    assert {line["level"] for line in lines} == {"info"}
