"""What the settings are in production: each asked in a process of its own, with a clean environment."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "SECRET_KEY": "k9$" + "Zq4wL8vNc2" * 6,
    "JWT_SIGNING_KEY": "j7#" + "Xm3rT6yBp5" * 6,
    "DATABASE_URL": "postgres://owner:hunter2@db.example:5433/bookhub?sslmode=require",
    "REDIS_URL": "redis://valkey.example:6379/3",
    "ALLOWED_HOSTS": "bookhub.example,api.bookhub.example",
}
SHOW = """
import json, sys
from django.conf import settings
names = filter(str.isupper, dir(settings))
# An address that is worked out late needs the routes, and these need apps.
print(json.dumps({name: getattr(settings, name) for name in names}, default=object.__repr__))
"""


# Answers each question, {environment}, by a child that has loaded nothing of ours and no settings, but
# what these import from others: to import it takes longer than all the rest.
ASKED = """
import json, os, sys, tempfile
import django.db.models, django.templatetags.static, environ, orjson, psycopg, structlog
for line in sys.stdin:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1), os.dup2(errors.fileno(), 2)
            os.environ.clear()
            os.environ.update(json.loads(line))
            break
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0), errors.seek(0)
        print(json.dumps([code, out.read(), errors.read()]), flush=True)
else:
    sys.exit()
"""


def _python(code, *arguments, **environment):
    """Run code with what production sets, plus `environment`."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        check=False,
        env=_environment((), environment),
        capture_output=True,
        text=True,
        timeout=60,
    )


def _environment(without, more):
    """Give what production sets, less `without`, plus `more`."""
    given = {key: value for key, value in PRODUCTION.items() if key not in without} | more
    return {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", **given}


@pytest.fixture(scope="module")
def asked():
    """Show settings in an environment: gives a function that returns (exit code, output, errors)."""
    with subprocess.Popen(
        [sys.executable, "-c", ASKED + SHOW],
        cwd=ROOT,
        env=_environment((), {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        @cache
        def ask(without=(), **environment):
            process.stdin.write(f"{json.dumps(_environment(without, environment))}\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask


@pytest.fixture
def shown(asked):
    """Give the settings of these names, by default those of production."""

    def show(*names, **environment):
        code, output, errors = asked(**environment)
        assert code == 0, errors
        found = json.loads(output)
        return {name: found[name] for name in names}

    return show


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_what_has_no_safe_default_is_asked_for_by_name(asked, name):
    code, _, errors = asked(without=(name,))
    assert code == 1
    assert f"Set the {name} environment variable" in errors
    assert "ImproperlyConfigured" in errors


@pytest.mark.parametrize("name", ["DEBUG", "BOOKHUB_LOCAL"])
def test_a_slip_switches_nothing_on(shown, name):
    assert shown("DEBUG", "LOCAL", **{name: "of"}) == {"DEBUG": False, "LOCAL": False}


def test_production_is_the_default(shown):
    assert shown(
        "DEBUG",
        "LOCAL",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "CSRF_COOKIE_SECURE",
        "SECURE_COOKIES",
        "SECURE_PROXY_SSL_HEADER",
        "TRUSTED_PROXIES",
        "X_FRAME_OPTIONS",
        "ALLOWED_HOSTS",
        "METRICS_TOKEN",
    ) == {
        "DEBUG": False,
        "LOCAL": False,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_COOKIES": True,
        "SECURE_PROXY_SSL_HEADER": None,
        "TRUSTED_PROXIES": [],
        "X_FRAME_OPTIONS": "DENY",
        "ALLOWED_HOSTS": ["bookhub.example", "api.bookhub.example"],
        "METRICS_TOKEN": "",
    }


def test_a_local_start_allows_plain_http_and_no_more(shown):
    local = shown("DEBUG", "SECURE_SSL_REDIRECT", "SECURE_COOKIES", BOOKHUB_LOCAL="1")
    assert local == {"DEBUG": False, "SECURE_SSL_REDIRECT": False, "SECURE_COOKIES": False}


def test_the_web_steps_down_and_shares_its_connections(shown):
    databases = shown("DATABASES")["DATABASES"]
    web, owner = databases["default"], databases["owner"]
    for database in (web, owner):
        assert (database["HOST"], database["PORT"]) == ("db.example", 5433)
        assert database["OPTIONS"]["sslmode"] == "require"
    assert web["OPTIONS"]["options"] == "-c role=bookhub_web"
    assert web["OPTIONS"]["pool"]["max_size"] == 8
    assert owner["OPTIONS"]["options"] == "-c lock_timeout=4s"
    assert "pool" not in owner["OPTIONS"]


def test_the_owner_may_have_a_door_of_its_own(shown):
    databases = shown(
        "DATABASES",
        DATABASE_URL="postgres://bookhub_web@db.example/bookhub",
        DATABASE_OWNER_URL="postgres://owner@db.example/bookhub",
        DATABASE_POOL_SIZE="3",
    )["DATABASES"]
    assert (databases["default"]["USER"], databases["owner"]["USER"]) == ("bookhub_web", "owner")
    assert databases["default"]["OPTIONS"]["pool"]["max_size"] == 3


def test_a_silent_mail_server_holds_no_worker(shown):
    assert shown("EMAIL_TIMEOUT") == {"EMAIL_TIMEOUT": 10}


def test_a_socket_is_written_into_the_address(shown):
    url = "postgres://bookhub@%2Fvar%2Frun%2Fpostgresql/bookhub"
    database = shown("DATABASES", DATABASE_URL=url)["DATABASES"]["default"]
    assert (database["HOST"], database["NAME"]) == ("/var/run/postgresql", "bookhub")


def test_no_transaction_is_opened_behind_the_api_s_back():
    """The API opens its own, after authentication, and tells the database who acts."""
    for alias in connections:
        assert not connections[alias].settings_dict["ATOMIC_REQUESTS"]


def test_the_deployment_check_has_nothing_to_say():
    code = "from django.core.management import execute_from_command_line as run; import sys; run(sys.argv)"
    done = _python(code, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


REQUESTS = """
import django; django.setup()
from django.test import Client
import json, sys
statuses = [
    Client().get("/unknown", HTTP_HOST="bookhub.example", REMOTE_ADDR=address,
                 HTTP_X_FORWARDED_PROTO=scheme).status_code
    for address, scheme in json.loads(sys.argv[1])
]
print(json.dumps(statuses))
"""


def test_only_a_named_proxy_is_believed_about_https():
    """An unknown path is 404 over HTTPS, and 301 to HTTPS without."""
    told = {
        ("10.1.2.3", "https"): 404,
        ("192.0.2.1", "https"): 404,
        ("10.1.2.3", "http"): 301,
        ("198.51.100.7", "https"): 301,
    }
    done = _python(REQUESTS, json.dumps(list(told)), TRUSTED_PROXIES="10.0.0.0/8,192.0.2.1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == list(told.values())


@pytest.mark.parametrize(
    "url", ["postgres://owner@/bookhub?host=/run/pg", "postgres://owner@%2Frun%2Fpg/bookhub"]
)
def test_a_socket_is_found_by_dbshell_too(shown, url):
    databases = shown("DATABASES", DATABASE_URL=url)["DATABASES"]
    for alias in ("default", "owner"):
        assert databases[alias]["HOST"] == "/run/pg"
        assert "host" not in databases[alias]["OPTIONS"]
