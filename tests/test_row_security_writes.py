"""Who may write which row, held by PostgreSQL alone: bare SQL under each actor."""

import pytest
from django.db import DatabaseError

from catalog.models import Book
from config.ids import new_id
from config.row_security import NOBODY, SYSTEM, Actor, acting_as
from tests import factories, sql

pytestmark = pytest.mark.django_db

# I, U and D: may insert, update, delete it. "private" and "member's" rows are the owner's,
# "publisher's" ones the house's whose member is "member".
MAY = """
                                 nobody stranger owner member rival moderator system
authors, shared                  -      -        -     -      -     IUD       IUD
authors, private                 -      -        IUD   -      -     -         IUD
works, shared                    -      -        -     -      -     IUD       IUD
works, private                   -      -        IUD   -      -     -         IUD
editions, shared                 -      -        -     -      -     IUD       IUD
editions, private                -      -        IUD   -      -     -         IUD
editions, private of shared work -      -        IUD   -      -     -         IUD
author_works, shared             -      -        -     -      -     IUD       IUD
author_works, private            -      -        IUD   -      -     -         IUD
edition_isbns, shared            -      -        -     -      -     IUD       IUD
edition_isbns, private           -      -        IUD   -      -     -         IUD
openlibrary_aliases, shared      -      -        -     -      -     -         IUD
merges, of works                 -      -        -     -      -     -         IUD
merge_moves, owner's             -      -        -     -      -     -         IUD
books, publisher's PENDING       -      -        -     IU     -     IU        IUD
books, publisher's ACTIVE        -      -        -     U      -     U         UD
books, publisher's INACTIVE      -      -        -     U      -     U         UD
books, member's PENDING          -      -        IUD   -      -     IU        IUD
books, member's ACTIVE           -      -        -     -      -     U         UD
books, member's INACTIVE         -      -        -     -      -     U         UD
book_genres, publisher's PENDING -      -        -     IUD    -     IUD       IUD
book_genres, publisher's ACTIVE  -      -        -     IUD    -     IUD       IUD
book_genres, member's PENDING    -      -        IUD   -      -     IUD       IUD
book_genres, member's ACTIVE     -      -        -     -      -     IUD       IUD
idempotent_answers, publisher's  -      -        -     IUD    -     -         IUD
user_authors, owner's            -      -        IUD   -      -     -         IUD
user_works, owner's              -      -        IUD   -      -     -         IUD
edition_choices, owner's         -      -        IUD   -      -     -         IUD
ratings, owner's of work         -      -        IUD   -      -     -         IUD
ratings, owner's of ACTIVE       -      -        IUD   -      -     -         IUD
ratings, owner's of hidden book  -      -        D     -      -     -         IUD
book_ratings, of ACTIVE          -      -        -     -      -     -         IUD
book_ratings, of hidden book     -      -        -     -      -     -         IUD
comments, owner's of ACTIVE      -      -        IUD   -      -     D         IUD
comments, owner's of hidden book -      -        -     -      -     D         IUD
profiles, owner's                -      -        -     -      -     -         IUD
events, owner's                  -      -        I     -      -     -         IUD
otp_totp_totpdevice, owner's     -      -        IUD   -      -     -         IUD
otp_static_staticdevice, owner's -      -        IUD   -      -     -         IUD
otp_static_statictoken, owner's  -      -        IUD   -      -     -         IUD
legimi_answers, of a work        -      -        -     -      -     -         IUD
dump_loads, of a month           -      -        -     -      -     -         IUD
jobs, owner's                    -      -        -     -      -     -         IUD
library_import_rows, of a job    -      -        -     -      -     -         IUD
uploads, owner's                 -      -        -     -      -     -         IUD
upload_chunks, of the owner's    -      -        -     -      -     -         IUD
book_screenings, of a book       -      -        -     -      -     -         IUD
book_likenesses, of a book       -      -        -     -      -     -         IUD
screenings_due, of a book        -      -        -     -      -     -         IUD
cover_checks, of an address      -      -        -     -      -     -         IUD
"""
HEADER, *LINES = MAY.strip().splitlines()
ROLES = HEADER.split()
CASES = {
    " ".join(words[: -len(ROLES)]): dict(zip(ROLES, words[-len(ROLES) :], strict=True))
    for words in map(str.split, LINES)
}
# Read before there is an actor, or everybody's; and what Django and its packages keep.
WITHOUT_POLICIES = {"users", "publishers", "memberships", "token_families", "genres"}
OF_OTHERS = ("auditlog_", "auth_", "axes_", "django_", "users_")


@pytest.fixture
def world(reader, other_reader, member, rival, moderator):
    """People and rows by name; a row's name ends in its table's singular."""
    people = {"owner": reader, "stranger": other_reader, "moderator": moderator}
    people |= {"member": member, "rival": rival}
    house, other_house = member.membership.publisher, rival.membership.publisher
    world = {name: user.pk for name, user in people.items()}
    world |= {"house": house.pk, "other_house": other_house.pk}
    for name, owner in (("shared", None), ("private", reader), ("strangers", other_reader)):
        edition = factories.EditionFactory(owner_user=owner)
        author = factories.AuthorFactory(owner_user=owner)
        world |= {f"{name}_edition": edition.pk, f"{name}_author": author.pk}
        world[f"{name}_work"] = edition.work_id
    books = {"publisher": {"publisher": house}, "member": {"publisher": None, "created_by": reader}}
    for name, submitter in books.items():
        for status in Book.Status.values:
            book = factories.BookFactory(**submitter)
            _move(book.pk, status, world["shared_edition"])
            world[f"{name}_{status}"] = book.pk
    return world


def _move(book, status, edition):
    steps = {"PENDING": [], "ACTIVE": ["ACTIVE"], "INACTIVE": ["ACTIVE", "INACTIVE"]}[status]
    with acting_as(SYSTEM):
        for step in steps:
            sql.run(
                "UPDATE books SET status = %s, edition_id = %s, finalized_at = now() WHERE id = %s",
                [step, edition, book],
            )


@pytest.fixture
def actors(world):
    """The actors of the table's columns."""

    def user(name, role="user", house=None):
        return Actor(role=role, user_id=world[name], publisher_id=house and world[house])

    return {
        "nobody": NOBODY,
        "stranger": user("stranger"),
        "owner": user("owner"),
        "member": user("member", house="house"),
        "rival": user("rival", house="other_house"),
        "moderator": user("moderator", role="staff"),
        "system": SYSTEM,
    }


@pytest.fixture
def keys(world):
    """The table's rows: the key of each, by its name."""
    with acting_as(SYSTEM):
        genre = _put("genres", name="Poetry")["id"]
        keys = {"profiles, owner's": {"user_id": world["owner"]}}
        keys["events, owner's"] = _put(
            "events", name="sign_up", user_id=world["owner"], payload="{}"
        )
        keys |= _second_factor(world["owner"])
        keys["jobs, owner's"] = _put(
            "jobs", kind="k", queue="bulk", user_id=world["owner"], arguments="{}", state="{}"
        )
        keys |= _upload(world["owner"])
        keys["library_import_rows, of a job"] = _import_row(keys["jobs, owner's"]["id"])
        keys["dump_loads, of a month"] = _put(
            "dump_loads", made_on="2026-10-31", way="first", files="{}", changes="{}", refused="{}"
        )
        keys["legimi_answers, of a work"] = _answer(world["private_work"])
        keys["idempotent_answers, publisher's"] = _put(
            "idempotent_answers", publisher_id=world["house"], key="k", fingerprint="f"
        )
        keys["openlibrary_aliases, shared"] = alias = {"openlibrary_id": "OL1A"}
        sql.insert("openlibrary_aliases", **alias, target="OL2A")
        keys["editions, private of shared work"] = _put(
            "editions",
            work_id=world["shared_work"],
            owner_user_id=world["owner"],
            manual=True,
            title="E",
        )
        for kind in ("shared", "private"):
            author, work, edition = (
                world[f"{kind}_{row}"] for row in ("author", "work", "edition")
            )
            keys[f"authors, {kind}"] = {"id": author}
            keys[f"works, {kind}"] = {"id": work}
            keys[f"editions, {kind}"] = {"id": edition}
            keys[f"edition_isbns, {kind}"] = {"edition_id": edition}
            link = {"author_id": author, "work_id": work}
            sql.insert("author_works", **link)
            keys[f"author_works, {kind}"] = link
        for table, column in (("user_authors", "author"), ("user_works", "work")):
            item = {"user_id": world["owner"], f"{column}_id": world[f"private_{column}"]}
            sql.insert(table, **item)
            keys[f"{table}, owner's"] = item
        keys |= _opinions(world)
        keys |= _merge(world)
        for submitter in ("publisher", "member"):
            for status in Book.Status.values:
                book = world[f"{submitter}_{status}"]
                keys[f"books, {submitter}'s {status}"] = {"id": book}
                keys[f"book_genres, {submitter}'s {status}"] = {"book_id": book}
                sql.insert("book_genres", book_id=book, genre_id=genre, position=0)
        keys |= _screening(world["member_PENDING"], world["publisher_ACTIVE"])
    return keys


def _second_factor(owner):
    device = {"id": 1, "user_id": owner, "name": "D", "confirmed": True}
    device["throttling_failure_count"] = 0
    counts = {"step": 30, "t0": 0, "digits": 6, "tolerance": 1, "drift": 0, "last_t": -1}
    sql.insert("otp_totp_totpdevice", **device, key="00", **counts)
    sql.insert("otp_static_staticdevice", **device)
    sql.insert("otp_static_statictoken", id=1, device_id=1, token="t")
    tables = ("totp_totpdevice", "static_staticdevice", "static_statictoken")
    return {f"otp_{table}, owner's": {"id": 1} for table in tables}


def _merge(world):
    other = _put("works", title="W", openlibrary_id="OL99W")["id"]
    rows = {"merged_id": other, "kept_id": world["shared_work"], "row": "{}", "kept_before": "{}"}
    names = {"merged_name": "W", "kept_name": "W", "counts": "{}", "status": "merging", "stayed": 0}
    merge = _put("merges", kind="work", **rows, **names)
    move = {"merge_id": merge["id"], "user_id": world["owner"]}
    sql.insert("merge_moves", **move, kind="shelf", before="{}")
    return {"merges, of works": merge, "merge_moves, owner's": move}


def _screening(book, other):
    sql.insert("book_screenings", book_id=book, flags="{same_book}", facts="{}", book_version="now")
    like = _put("book_likenesses", book_id=book, other_book_id=other, flag="same_book", score=1)
    sql.insert("cover_checks", url="https://x", answer="image", ask_again_at="now")
    return {
        "book_screenings, of a book": {"book_id": book},
        "book_likenesses, of a book": like,
        # A trigger has noted it.
        "screenings_due, of a book": {"book_id": book},
        "cover_checks, of an address": {"url": "https://x"},
    }


def _opinions(world):
    """Put what the owner thinks: of a work, of a book that all see, of one that is hidden by now."""
    owner, work = world["owner"], world["shared_work"]
    sql.insert("edition_choices", user_id=owner, work_id=work, edition_id=world["shared_edition"])
    keys = {"edition_choices, owner's": {"user_id": owner, "work_id": work}}
    keys["ratings, owner's of work"] = _put("ratings", user_id=owner, score=1, work_id=work)
    books = {"ACTIVE": world["publisher_ACTIVE"], "hidden book": world["publisher_PENDING"]}
    for name, book in books.items():
        said = {"user_id": owner, "book_id": book}
        keys[f"ratings, owner's of {name}"] = _put("ratings", **said, score=1)
        keys[f"book_ratings, of {name}"] = {"book_id": book}
        keys[f"comments, owner's of {name}"] = _put("comments", **said, body="x")
    return keys


def _answer(work):
    answer = {"outcome": "no_answer", "title": "", "formats": "{}", "retry_at": "now"}
    sql.insert("legimi_answers", work_id=work, question="q", **answer)
    return {"work_id": work}


def _upload(owner):
    file = _put("uploads", user_id=owner, name="books.csv")
    chunk = {"upload_id": file["id"], "position": 0}
    sql.insert("upload_chunks", **chunk, content=b"title")
    return {"uploads, owner's": file, "upload_chunks, of the owner's": chunk}


def _import_row(job):
    row = {"line": 2, "title": "T", "authors": [], "outcome": "refused", "notes": []}
    sql.insert("library_import_rows", job_id=job, number=1, **row)
    return {"job_id": job, "number": 1}


def _put(table, **columns):
    sql.insert(table, id=(key := new_id()), **columns)
    return {"id": key}


def test_each_role_writes_what_the_table_says_and_nothing_else(keys, actors):
    wrong = []
    for name, expected in CASES.items():
        attempt = sql.Attempt(name.split(",")[0], keys[name])
        found = {
            role: "".join(c for c in "IUD" if attempt.succeeds(c, actors[role])) or "-"
            for role in ROLES
        }
        if found != expected:
            wrong.append(f"{name}: {found} instead of {expected}")
    assert not wrong, "\n".join(wrong)


def test_every_table_of_ours_has_policies_or_is_known_to_need_none():
    tables = dict(
        sql.ask(
            "SELECT relname, relrowsecurity FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
    )
    without = {t for t, secured in tables.items() if not secured and not t.startswith(OF_OTHERS)}
    assert without == WITHOUT_POLICIES
    assert {t for t, secured in tables.items() if secured} == {n.split(",")[0] for n in CASES}


# Foreign keys look past policies; these rows would hang on what their writer may not see, or would
# show what is private: (who, statement).
HANGING = [
    (
        "stranger",
        "INSERT INTO user_works (user_id, work_id) VALUES (%(stranger)s, %(private_work)s)",
    ),
    (
        "stranger",
        "INSERT INTO user_authors (user_id, author_id) VALUES (%(stranger)s, %(private_author)s)",
    ),
    (
        "stranger",
        "INSERT INTO author_works (author_id, work_id) VALUES (%(strangers_author)s, %(private_work)s)",
    ),
    (
        "stranger",
        "INSERT INTO author_works (author_id, work_id) VALUES (%(private_author)s, %(shared_work)s)",
    ),
    ("stranger", "UPDATE editions SET work_id = %(private_work)s WHERE id = %(strangers_edition)s"),
    (
        "stranger",
        "INSERT INTO edition_isbns (isbn13, edition_id, owner_user_id) VALUES ('9780306406157', %(private_edition)s, %(stranger)s)",
    ),
    (
        "system",
        "INSERT INTO edition_isbns (isbn13, edition_id, owner_user_id) VALUES ('9780306406157', %(private_edition)s, NULL)",
    ),
    (
        "stranger",
        "INSERT INTO edition_choices (user_id, work_id, edition_id) VALUES (%(stranger)s, %(private_work)s, %(private_edition)s)",
    ),
    (
        "stranger",
        "INSERT INTO ratings (id, user_id, work_id, score) VALUES (gen_random_uuid(), %(stranger)s, %(private_work)s, 1)",
    ),
    (
        "stranger",
        "INSERT INTO ratings (id, user_id, book_id, score) VALUES (gen_random_uuid(), %(stranger)s, %(member_PENDING)s, 1)",
    ),
    (
        "stranger",
        "INSERT INTO comments (id, user_id, book_id, body) VALUES (gen_random_uuid(), %(stranger)s, %(member_INACTIVE)s, 'x')",
    ),
    ("system", "UPDATE editions SET work_id = %(private_work)s WHERE id = %(shared_edition)s"),
    ("system", "UPDATE editions SET work_id = %(private_work)s WHERE id = %(strangers_edition)s"),
]


@pytest.mark.parametrize(("who", "statement"), HANGING)
def test_no_row_hangs_on_what_is_more_private(who, statement, world, actors):
    _refused(actors[who], statement, world)


# A row that would be somebody else's afterwards: (who, statement).
HANDED_OVER = [
    ("member", "UPDATE books SET publisher_id = %(other_house)s WHERE id = %(publisher_PENDING)s"),
    ("owner", "UPDATE books SET created_by_id = %(stranger)s WHERE id = %(member_PENDING)s"),
    ("owner", "UPDATE authors SET owner_user_id = %(stranger)s WHERE id = %(private_author)s"),
    ("owner", "UPDATE works SET owner_user_id = %(stranger)s WHERE id = %(private_work)s"),
    ("owner", "UPDATE works SET owner_user_id = NULL, manual = false WHERE id = %(private_work)s"),
    ("owner", "UPDATE user_works SET user_id = %(stranger)s"),
    ("owner", "UPDATE user_authors SET user_id = %(stranger)s"),
    ("owner", "UPDATE user_works SET work_id = %(strangers_work)s"),
    ("owner", "UPDATE edition_choices SET user_id = %(stranger)s"),
    ("owner", "UPDATE ratings SET user_id = %(stranger)s"),
    ("owner", "UPDATE ratings SET work_id = %(private_work)s WHERE work_id IS NOT NULL"),
    ("owner", "UPDATE comments SET user_id = %(stranger)s"),
    ("owner", "UPDATE comments SET book_id = %(member_PENDING)s"),
    ("member", "UPDATE idempotent_answers SET publisher_id = %(other_house)s"),
    (
        "member",
        "UPDATE books SET publisher_id = NULL, created_by_id = %(member)s WHERE id = %(publisher_PENDING)s",
    ),
    ("system", "UPDATE books SET publisher_id = %(other_house)s WHERE id = %(publisher_PENDING)s"),
    ("system", "UPDATE books SET created_by_id = %(stranger)s WHERE id = %(member_PENDING)s"),
    (
        "system",
        "UPDATE books SET publisher_id = %(house)s, price = 1 WHERE id = %(member_PENDING)s",
    ),
]


@pytest.mark.parametrize(
    ("who", "statement"),
    HANDED_OVER,
)
def test_no_row_is_handed_over(who, statement, world, keys, actors):
    _refused(actors[who], statement, world)


def _refused(actor, statement, world):
    # Whether an edition is of its work is asked before the policy, and of what the actor sees.
    policy_or_trigger = (
        "violates row-level security policy|Cannot update rows from|a chosen edition is one of"
    )
    with pytest.raises(DatabaseError, match=policy_or_trigger), acting_as(actor):
        sql.run(statement, world)


@pytest.mark.parametrize(
    ("who", "book", "may"),
    [
        ("member", "publisher_PENDING", True),
        ("rival", "publisher_PENDING", False),
        ("owner", "member_PENDING", False),
        ("stranger", "member_PENDING", False),
        ("moderator", "member_PENDING", True),
        ("moderator", "publisher_PENDING", True),
        ("nobody", "publisher_PENDING", False),
    ],
)
def test_who_finalizes_a_book(who, book, may, world, actors):
    try:
        with acting_as(actors[who]):
            done = sql.run(
                "UPDATE books SET status = 'ACTIVE', edition_id = %s, finalized_at = now()"
                " WHERE id = %s",
                [world["shared_edition"], world[book]],
            )
    except DatabaseError as refusal:
        assert "violates row-level security policy" in str(refusal)  # noqa: PT017  (or no row)
        done = 0
    assert done == may


@pytest.mark.parametrize(
    "change", ["max_works = 100000", "work_count = 0", "manual_author_count = 0", "max_authors = 1"]
)
def test_nobody_moves_their_own_limits_and_counters(change, world, actors):
    with acting_as(actors["owner"]):
        assert sql.run(f"UPDATE profiles SET {change}") == 0
        assert sql.run("DELETE FROM profiles") == 0
