"""Who may do what: every route and method, for everybody.

A new route needs rows here. A row is a method, a path and the status for each of PEOPLE; `{pending}`
and the like name the objects that `objects` makes. What a path does not know is 405, untold.
"""

import re
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import resolve
from rest_framework.viewsets import GenericViewSet

from catalog import lifecycle
from config.api import ActorMixin
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.routes import api_routes, readable, routes

PEOPLE = ["anonymous", "reader", "member", "rival", "moderator"]
"""The member is Acme's, whose books these are; the rival is of another house."""

MATRIX = """
GET    /                                          200 200 200 200 200
GET    /?q=emma                                   200 200 200 200 200
GET    /?q=emma&page=0                            400 400 400 400 400
GET    /healthz                                   200 200 200 200 200
GET    /readyz                                    200 200 200 200 200
GET    /metrics                                   401 404 404 404 200
GET    /api/schema                                200 200 200 200 200
GET    /api/docs                                  200 200 200 200 200

POST   /api/auth/sign-up                          201 201 201 201 201
POST   /api/auth/sign-in                          401 401 401 401 401
POST   /api/auth/refresh                          401 401 401 401 401
POST   /api/auth/sign-out                         204 204 204 204 204
POST   /api/auth/password-reset                   204 204 204 204 204
POST   /api/auth/password-reset/confirm           400 400 400 400 400
GET    /api/profile                               401 200 200 200 200
DELETE /api/profile                               401 400 400 400 400
GET    /api/profile/export                        401 200 200 200 200

GET    /api/v1/books                              401 200 200 200 200
GET    /api/v1/books?mine=true                    401 403 200 200 403
POST   /api/v1/books                              401 403 201 201 403
GET    /api/v1/books/{pending}                    401 404 200 404 200
GET    /api/v1/books/{active}                     401 200 200 200 200
GET    /api/v1/books/{inactive}                   401 404 200 404 200
GET    /api/v1/books/{missing}                    401 404 404 404 404
PUT    /api/v1/books/{pending}                    401 404 200 404 403
PUT    /api/v1/books/{active}                     401 403 409 403 403
PUT    /api/v1/books/{inactive}                   401 404 409 404 403
PATCH  /api/v1/books/{pending}/finalize           401 404 200 404 403
PATCH  /api/v1/books/{active}/finalize            401 403 409 403 403
PATCH  /api/v1/books/{inactive}/finalize          401 404 409 404 403
DELETE /api/v1/books/{pending}                    401 404 409 404 403
DELETE /api/v1/books/{active}                     401 403 204 403 403
DELETE /api/v1/books/{inactive}                   401 404 409 404 403

POST   /api/v1/books/import                       401 415 415 415 415
GET    /api/v1/books/import/{job}/refused         401 404 404 404 404

GET    /api/authors/search?q=author               401 200 200 200 200
POST   /api/authors                               401 201 201 201 201
GET    /api/authors/{author}                      401 200 200 200 200
GET    /api/authors/{own_author}                  401 200 404 404 404
GET    /api/authors/{missing}                     401 404 404 404 404
PATCH  /api/authors/{author}                      401 403 403 403 403
PATCH  /api/authors/{own_author}                  401 200 404 404 404
DELETE /api/authors/{author}                      401 403 403 403 403
DELETE /api/authors/{own_author}                  401 204 404 404 404
GET    /api/authors/{author}/works                401 200 200 200 200
GET    /api/authors/{own_author}/works            401 200 404 404 404
GET    /api/authors/{author}/works?forceRefresh=true 401 403 403 403 200
GET    /api/works/search?q=work                   401 200 200 200 200
POST   /api/works                                 401 201 201 201 201
GET    /api/works/{work}                          401 200 200 200 200
GET    /api/works/{own_work}                      401 200 404 404 404
PATCH  /api/works/{work}                          401 403 403 403 403
PATCH  /api/works/{own_work}                      401 200 404 404 404
DELETE /api/works/{work}                          401 403 403 403 403
DELETE /api/works/{own_work}                      401 204 404 404 404
GET    /api/works/{work}/editions                 401 200 200 200 200
GET    /api/works/{own_work}/editions             401 200 404 404 404
POST   /api/works/{work}/primary-edition          401 200 200 200 200
POST   /api/works/{own_work}/primary-edition      401 200 404 404 404
POST   /api/editions                              401 201 201 201 201
PATCH  /api/editions/{edition}                    401 403 403 403 403
PATCH  /api/editions/{own_edition}                401 200 404 404 404
DELETE /api/editions/{edition}                    401 403 403 403 403
DELETE /api/editions/{own_edition}                401 204 404 404 404
POST   /api/openlibrary/import/author             401 200 200 200 200
POST   /api/openlibrary/import/work               401 200 200 200 200
POST   /api/openlibrary/import/edition            401 200 200 200 200

GET    /api/user/authors                          401 200 200 200 200
POST   /api/user/authors                          401 201 201 201 201
DELETE /api/user/authors/{author}                 401 204 404 404 404
GET    /api/user/works                            401 200 200 200 200
POST   /api/user/works/bulk                       401 201 201 201 201
POST   /api/user/works/status-bulk                401 200 404 404 404
PATCH  /api/user/works/{work}                     401 200 404 404 404
DELETE /api/user/works/{work}                     401 204 404 404 404
GET    /api/user/export                           401 200 200 200 200
POST   /api/user/works/{work}/legimi-check        401 202 404 404 404
POST   /api/user/works/legimi-check               401 202 404 404 404
POST   /api/user/import                           401 400 400 400 400
GET    /api/jobs/{job}                            401 200 404 404 404

GET    /books                                     401 200 200 200 200
POST   /books                                     401 201 201 201 201
GET    /books/{own_book}                          401 200 404 404 200
GET    /books/{pending}                           401 404 200 404 200
GET    /books/{active}                            401 200 200 200 200
GET    /books/{inactive}                          401 404 200 404 200
GET    /books/{members_active}                    401 200 200 200 200
GET    /books/{members_inactive}                  401 200 404 404 200
PUT    /books/{own_book}                          401 200 404 404 403
PUT    /books/{pending}                           401 404 403 404 403
PUT    /books/{active}                            401 403 403 403 403
PUT    /books/{members_active}                    401 409 403 403 403
PUT    /books/{members_inactive}                  401 409 404 404 403
DELETE /books/{own_book}                          401 204 404 404 403
DELETE /books/{pending}                           401 404 403 404 403
DELETE /books/{active}                            401 403 403 403 403
DELETE /books/{members_active}                    401 409 403 403 403
DELETE /books/{members_inactive}                  401 409 404 404 403
GET    /books/{own_book}/history                  401 200 404 404 200
GET    /books/{members_active}/history            401 200 403 403 200
GET    /books/{active}/history                    401 403 403 403 200
POST   /books/{own_book}/recheck                  401 503 404 404 503
POST   /books/{pending}/recheck                   401 404 503 404 503
POST   /books/{active}/recheck                    401 403 409 403 503
POST   /books/{members_active}/recheck            401 409 403 403 503
GET    /books/{own_book}/comments                 401 200 404 404 200
GET    /books/{active}/comments                   401 200 200 200 200
POST   /books/{own_book}/comments                 401 201 404 404 201
POST   /books/{active}/comments                   401 201 201 201 201
DELETE /books/{active}/comments/{comment}         401 204 403 403 204
DELETE /books/{own_book}/comments/{comment}       401 404 404 404 404
PUT    /books/{own_book}/rating                   401 200 404 404 200
PUT    /books/{active}/rating                     401 200 200 200 200
DELETE /books/{active}/rating                     401 204 404 404 404
DELETE /books/{own_book}/rating                   401 404 404 404 404
GET    /api/genres                                401 200 200 200 200
GET    /api/enrichment/plugins                    401 200 200 200 200
"""

BOOK = {"title": "T", "author": "A", "isbn": factories.isbn13(9_000_000), "price": 1}
MEMBERS_BOOK = {"title": "T", "authors": ["A"]}
CREDENTIALS = {"email": "new@example.org", "password": "correct horse battery"}
BODIES = {
    "POST /api/auth/sign-up": CREDENTIALS,
    "POST /api/auth/sign-in": CREDENTIALS,
    "POST /api/auth/refresh": {"refresh_token": "x"},
    "POST /api/auth/sign-out": {"refresh_token": "x"},
    "POST /api/auth/password-reset": {"email": "new@example.org"},
    "POST /api/auth/password-reset/confirm": {"uid": "x", "token": "x", "password": "x"},
    "DELETE /api/profile": {"password": "not mine"},
    "POST /api/v1/books": BOOK,
    "PUT /api/v1/books": BOOK,
    "POST /api/authors": {"name": "Ann"},
    "PATCH /api/authors": {"name": "Ann"},
    "POST /api/works": {"title": "T", "author_ids": ["{author}"]},
    "PATCH /api/works": {"title": "T"},
    "POST /api/works/{work}/primary-edition": {"edition_id": "{edition}"},
    "POST /api/works/{own_work}/primary-edition": {"edition_id": "{own_edition}"},
    "POST /api/editions": {"work_id": "{work}", "title": "T"},
    "PATCH /api/editions": {"title": "T"},
    "POST /api/openlibrary/import/author": {"openlibrary_id": "{author_key}"},
    "POST /api/openlibrary/import/work": {"openlibrary_id": "{work_key}", "author_id": "{author}"},
    "POST /api/openlibrary/import/edition": {
        "openlibrary_id": "{edition_key}",
        "work_id": "{work}",
    },
    "POST /api/user/authors": {"author_id": "{other_author}"},
    "POST /api/user/works/bulk": {"work_ids": ["{work}"]},
    "POST /api/user/works/status-bulk": {"work_ids": ["{work}"], "status": "read"},
    "PATCH /api/user/works": {"status": "read"},
    "POST /api/user/works/legimi-check": {"work_ids": ["{work}"]},
    "POST /books": MEMBERS_BOOK,
    "PUT /books": MEMBERS_BOOK,
    **{
        f"{call} /books/{{{book}}}/{rest}": body
        for book in ("own_book", "pending", "active", "members_active")
        for call, rest, body in (
            # Whoever may ask learns that there is no key for it here.
            ("POST", "recheck", {"plugin": "googlebooks"}),
            ("POST", "comments", {"body": "Well told."}),
            ("PUT", "rating", {"score": 4}),
        )
    },
}
"""By method and the beginning of the path; the longest that fits counts."""

ROWS = [line.split() for line in MATRIX.splitlines() if line]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clients(api, reader, member, rival, moderator):
    people = zip(PEOPLE, [None, reader, member, rival, moderator], strict=True)
    return {name: api(user) for name, user in people}


@pytest.fixture(autouse=True)
def _legimi(settings):
    settings.LEGIMI_ENABLED = True


@pytest.fixture
def objects(books, catalog, reader):
    """The rows of all, and the reader's books, comment, rating and job."""
    own_book, active, inactive = (
        factories.BookFactory(publisher=None, created_by=reader, price=None) for _ in range(3)
    )
    with acting_as(SYSTEM):
        lifecycle.finalize(active)
        lifecycle.deactivate(lifecycle.finalize(inactive))
    factories.RatingFactory(user=reader, work=None, book_id=books["active"])
    comment = factories.CommentFactory(user=reader, book=None, book_id=books["active"])
    job = factories.JobFactory(user=reader)
    made = {
        "own_book": own_book.pk,
        "members_active": active.pk,
        "members_inactive": inactive.pk,
        "comment": comment.pk,
        "job": job.pk,
    }
    return books | catalog | made | {"missing": uuid4()}


@pytest.fixture
def books(member):
    """Acme's books, one of each status."""
    pending, active, inactive = (
        factories.BookFactory(publisher=member.membership.publisher) for _ in range(3)
    )
    with acting_as(SYSTEM):
        lifecycle.finalize(active)
        lifecycle.deactivate(lifecycle.finalize(inactive))
    return {"pending": pending.pk, "active": active.pk, "inactive": inactive.pk}


@pytest.fixture
def catalog(reader):
    """Shared rows, which the reader has on their shelf, and the reader's manual ones."""
    found = {"other_author": factories.AuthorFactory().pk}
    for prefix, owner in (("", None), ("own_", reader)):
        author = factories.AuthorFactory(owner_user=owner)
        edition = factories.EditionFactory(owner_user=owner)
        factories.AuthorWorkFactory(author=author, work=edition.work)
        rows = {"author": author, "work": edition.work, "edition": edition}
        found |= {f"{prefix}{name}": row.pk for name, row in rows.items()}
        found |= {f"{prefix}{name}_key": row.openlibrary_id for name, row in rows.items()}
    factories.UserAuthorFactory(user=reader, author_id=found["author"], author=None)
    factories.UserWorkFactory(user=reader, work_id=found["work"], work=None)
    return found


@pytest.mark.django_db
def test_everybody_gets_what_the_table_says(clients, objects):
    wrong = []
    for method, path, *expected in ROWS:
        statuses = [_status(clients[who], method, path, objects) for who in PEOPLE]
        if statuses != [int(status) for status in expected]:
            wrong.append(f"{method} {path}: {statuses} instead of {expected}")
    assert not wrong, "\n".join(wrong)


def _status(client, method, path, objects):
    fitting = [key for key in BODIES if f"{method} {path}".startswith(key)]
    body = _filled(BODIES[max(fitting, key=len)], objects) if fitting else None
    path = path.format(**objects)
    # Each tries it on the same state.
    with transaction.atomic():
        response = (
            client.generic(method, path) if body is None else _send(client, method, path, body)
        )
        transaction.set_rollback(True)
    return response.status_code


def _filled(body, objects):
    """Put the objects' ids where a body names them."""
    if isinstance(body, dict):
        return {key: _filled(value, objects) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, objects) for value in body]
    return body.format(**objects) if isinstance(body, str) else body


def _send(client, method, path, body):
    return getattr(client, method.lower())(path, body, format="json")


def test_no_route_and_no_method_is_left_out():
    told = {(method, _route_of(path)) for method, path, *_ in ROWS}
    needed = {(method, route.path) for route in routes() for method in route.methods or {"GET"}}
    assert told == needed


def _route_of(path):
    one_of_them = re.sub(r"\{\w+\}", str(uuid4()), path.partition("?")[0])
    return "/" + readable(resolve(one_of_them).route)


@pytest.mark.django_db
def test_every_other_method_is_405(clients, objects):
    wrong = []
    for route in routes():
        path = re.sub("<.*?>", str(objects["active"]), route.path)
        for method in set(METHODS) - (route.methods or {"GET"}):
            status = _status(clients["moderator"], method, path, objects)
            if status != 405:
                wrong.append(f"{method} {path}: {status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", api_routes(), ids=lambda route: route.path)
def test_every_api_view_tells_the_database_who_acts(route):
    assert issubclass(route.view_class, ActorMixin)
    assert route.view_class.dispatch is ActorMixin.dispatch
    if issubclass(route.view_class, GenericViewSet):
        assert hasattr(route.view_class.queryset, "visible_to")
