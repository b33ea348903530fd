"""Legimi's answers as tests want them.

None was ever recorded: they are built from the fields that Legimi's consumers read
(external-services, "Legimi", 1.2).
"""

CATALOGUE = "/legimi/api/catalogue"
FLAGS = ("isInSubscription", "isInLibrarySubscription", "isInLibraryPass", "isInKindleSubscription")


def book(number=1, title="Solaris", author="Stanisław Lem", **more):
    authors = [{"id": 9, "name": author, "key": None, "url": "/autor/x,ad9/", "description": None}]
    shown = {"url": f"/ebook-x,b{number}.html", "ebookFormat": True, "audiobookFormat": False}
    return {"id": number, "title": title, "authors": authors, **shown, **more}


def listing(*books):
    return {"bookList": {"books": list(books), "pagination": {"totalPages": 1}}}


def granted(*flags):
    return {flag: flag in flags for flag in FLAGS}


def detail(ebook=None, audiobook=None):
    shown = {"title": "Solaris", "primaryCategory": None, "cycle": None}
    return {"book": {**shown, "ebook": ebook, "audiobook": audiobook}, "bookCollections": []}


SUBSCRIBED = detail(ebook=granted("isInSubscription"))
FOR_SALE = detail(ebook=granted("isInLibraryPass"), audiobook=granted())


def has(stand_in, one=None, body=SUBSCRIBED):
    """Let Legimi list one book, whatever the search, and say this on its page."""
    one = one or book()
    stand_in.answer(CATALOGUE, listing(one))
    stand_in.answer(f"{CATALOGUE}/book/{one['id']}", body)


def has_nothing(stand_in):
    stand_in.answer(CATALOGUE, listing())
