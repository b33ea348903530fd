"""The stand-in for the sources outside."""

import json
import os
import signal
from urllib.request import urlopen

import pytest

from config.local import environment, servers, sources
from tests.config.local.processes import holder_of, holds_within, lock_of


@pytest.fixture
def offline(bare_environment, monkeypatch, folder):
    """A laptop on a plane."""
    for variable, (_path, needed) in sources.SERVICES.items():
        for name in (variable, *needed):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOOKHUB_DATA_DIR", str(folder))
    monkeypatch.setenv(sources.SWITCH, "1")
    return folder


def test_commands_find_the_stand_in_that_runs_and_end_it_after_them(offline):
    with environment.with_sources(offline) as first:
        with environment.for_command(["manage.py", "import_openlibrary"]):
            url = os.environ["OPENLIBRARY_BASE_URL"]
            assert first["OPENLIBRARY_BASE_URL"] == url
            with urlopen(f"{url}/search/authors.json?q=Lem") as answer:
                assert json.load(answer)["numFound"] == 1
        assert servers.lost(offline, ["sources"]) == []
    assert servers.lost(offline, ["sources"]) == ["sources"]


def test_killed_stand_in_is_noticed(offline):
    with environment.with_sources(offline):
        os.kill(holder_of(lock_of(offline, "sources", "server")), signal.SIGKILL)
        assert holds_within(10, lambda: servers.lost(offline, ["sources"]) == ["sources"])


@pytest.mark.parametrize("said", [None, "", "0", "off", "of"])
def test_sources_are_the_real_ones_unless_the_person_says_so(tmp_path, monkeypatch, said):
    monkeypatch.setenv(sources.SWITCH, said or "")
    if said is None:
        monkeypatch.delenv(sources.SWITCH)
    with environment.with_sources(tmp_path) as variables:
        assert variables == {}
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_the_person_has_set_up_stays_theirs():
    given = {"GOOGLE_BOOKS_BASE_URL": "http://mine", "OPENLIBRARY_CONTACT": "me@example.org"}
    assert sources.variables("http://here", given) == {
        "OPENLIBRARY_BASE_URL": "http://here/ol",
        "LEGIMI_BASE_URL": "http://here/legimi",
        "LEGIMI_ENABLED": "1",
        "COVERS_BASE_URL": "http://here/covers",
    }
