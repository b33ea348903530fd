"""Open Library's answers, as tests want them: each function tells the stand-in one of them."""

from __future__ import annotations


class OpenLibrary:
    """What the stand-in says below `/ol`, and what it was asked."""

    def __init__(self, stand_in):
        self.stand_in = stand_in

    @property
    def asked(self):
        """The paths that were asked for, without `/ol` and `.json`, in order."""
        paths = (arrived.path for arrived in self.stand_in.requests)
        return [path.removeprefix("/ol/").removesuffix(".json") for path in paths]

    def forget(self):
        self.stand_in.requests.clear()

    def answer(self, path, body, **options):
        self.stand_in.answer(f"/ol/{path}", body, **options)

    def fault(self, path, fault, times=None):
        self.stand_in.fault(f"/ol/{path}", fault, times)

    def author(self, key, name="Stanisław Lem", **fields):
        self._record("authors", "author", key, {"name": name} | fields)

    def work(self, key, title="Solaris", authors=(), **fields):
        self._record("works", "work", key, as_work(key, title, authors) | fields)

    def edition(self, key, title="Solaris", works=(), **fields):
        self._record("books", "edition", key, as_edition(key, title, works) | fields)

    def redirect(self, folder, key, to):
        body = {"key": f"/{folder}/{key}", "type": {"key": "/type/redirect"}}
        self.answer(f"{folder}/{key}.json", body | {"location": f"/{folder}/{to}"})

    def editions(self, work, *entries):
        self.answer(f"works/{work}/editions.json", _page(entries))

    def works(self, author, *pages, size=None):
        """Answer with these pages, each a list of entries, at offsets of a thousand each."""
        path = f"authors/{author}/works.json"
        for number, entries in enumerate(pages):
            offset = number * 1000
            following = f"/{path}?offset={offset + 1000}" if number + 1 < len(pages) else None
            body = _page(entries, following, size)
            self.answer(f"{path}?limit=1000&offset={offset}", body)

    def years(self, **years):
        docs = [{"key": f"/works/{key}", "first_publish_year": y} for key, y in years.items()]
        self.answer("search.json", {"numFound": len(docs), "docs": docs})

    def found_authors(self, **names):
        docs = [{"key": key, "type": "author", "name": name} for key, name in names.items()]
        self.answer("search/authors.json", {"numFound": len(docs), "docs": docs})

    def _record(self, folder, kind, key, fields):
        body = {"key": f"/{folder}/{key}", "type": {"key": f"/type/{kind}"}} | fields
        self.answer(f"{folder}/{key}.json", body)


def as_work(key, title="Solaris", authors=(), **fields):
    roles = [{"author": {"key": f"/authors/{author}"}} for author in authors]
    record = {"key": f"/works/{key}", "type": {"key": "/type/work"}, "authors": roles}
    return record | {"title": title} | fields


def as_edition(key, title="Solaris", works=(), **fields):
    of = [{"key": f"/works/{work}"} for work in works]
    record = {"key": f"/books/{key}", "type": {"key": "/type/edition"}, "works": of}
    return record | {"title": title} | fields


def _page(entries, following=None, size=None):
    links = {"self": "/x"} | ({"next": following} if following else {})
    return {"links": links, "size": len(entries) if size is None else size, "entries": [*entries]}
