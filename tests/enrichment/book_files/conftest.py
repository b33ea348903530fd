"""Files of publishers as bytes in memory, and their rows."""

import gzip
import io

import pytest

from enrichment.book_files import FORMATS
from enrichment.book_files.source import Source


@pytest.fixture
def rows():
    """Give `rows(key, content)`: the rows of a file of this format."""

    def read(key, content, *, packed=False):
        data = content if isinstance(content, bytes) else content.encode()
        file = io.BytesIO(gzip.compress(data) if packed else data)
        return list(FORMATS[key](Source(file), pytest.fail))

    return read


@pytest.fixture
def bodies(rows):
    """Give `bodies(key, content)`: what the rows of a file say of their books."""
    return lambda key, content: [row.data for row in rows(key, content)]
