"""A publisher, and its files loaded."""

import pytest

from tests import factories
from tests.enrichment.import_books.files import call


@pytest.fixture
def acme(db):
    return factories.PublisherFactory(name="Acme")


@pytest.fixture
def load(tmp_path, acme):
    """Give `load(content, *options, name="books.csv")`: its exit code, `out`, `err`, `refused`."""

    def run(content, *options, name="books.csv", publisher="Acme"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return call(str(file), "--publisher", publisher, *options)

    return run
