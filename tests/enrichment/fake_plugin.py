"""A source of books that says what a test tells it to."""

from enrichment.records import BookRecord


class FakePlugin:
    """Gives `records`, or raises `error`, after it has done what is to happen `meanwhile`."""

    name = "openlibrary"

    def __init__(self):
        self.records = []
        self.error = None
        self.meanwhile = lambda: None
        self.asked = []
        self.configured = True

    def is_configured(self):
        return self.configured

    def find(self, wanted, *, patience=5.0):
        self.asked.append(wanted)
        self.meanwhile()
        if self.error:
            raise self.error
        return self.records

    def says(self, **fields):
        """Have it know one book, by the fields of BookRecord."""
        self.records = [BookRecord(**fields)]
