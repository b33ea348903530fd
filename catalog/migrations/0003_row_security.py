"""Who may see and write which row of the catalog; `catalog.querysets` says the same in Python.

Shared rows are everybody's to read and the platform's to write. Manual rows are their owner's.
A book that is not ACTIVE is its submitter's and the moderators'.

Foreign keys look past policies, so a row that hangs on another says itself that its writer sees the
other one, and that it is no more public than that one. Otherwise a stranger's row could hang on a
private one, whose owner would not see what keeps it from being deleted.
"""

from django.db import migrations

from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"
STAFF = "(SELECT actor_role()) = 'staff'"
OWN = "owner_user_id = (SELECT actor_user_id())"
READ = f"owner_user_id IS NULL OR {OWN} OR {SYSTEM}"
WRITE = f"{OWN} OR (owner_user_id IS NULL AND {STAFF}) OR {SYSTEM}"

# What a row hangs on: (its column, the other table).
ENDS = {
    "editions": [("work_id", "works")],
    "author_works": [("author_id", "authors"), ("work_id", "works")],
    "edition_isbns": [("edition_id", "editions")],
}

OF_PUBLISHER = "publisher_id = (SELECT actor_publisher_id())"
OF_MEMBER = "publisher_id IS NULL AND created_by_id = (SELECT actor_user_id())"
BACK_OFFICE = "(SELECT actor_role()) IN ('staff', 'system')"
BOOK_VISIBLE = "EXISTS (SELECT FROM books WHERE books.id = book_id)"
# A member's book is finalized by a moderator, so its member may not make it so.
BOOK_WRITE = f"{OF_PUBLISHER} OR ({OF_MEMBER} AND status = 'PENDING') OR {BACK_OFFICE}"
GENRE_WRITE = f"EXISTS (SELECT FROM books WHERE books.id = book_id AND ({BOOK_WRITE}))"


def end_is_as_private(table: str, column: str, other: str) -> str:
    return (
        f"EXISTS (SELECT FROM {other} o WHERE o.id = {column}"
        f" AND (o.owner_user_id IS NULL OR o.owner_user_id = {table}.owner_user_id))"
    )


def catalog_table(table: str) -> RowSecurity:
    ends = [end_is_as_private(table, *end) for end in ENDS.get(table, [])]
    attach = " AND ".join([f"({WRITE})", *ends])
    return RowSecurity(table, {"SELECT": READ, "INSERT": attach, "UPDATE": attach, "DELETE": WRITE})


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_initial"), ("accounts", "0003_row_security")]
    operations = [
        *map(catalog_table, ["authors", "works", "editions", "author_works", "edition_isbns"]),
        RowSecurity(
            "books",
            {
                "SELECT": f"status = 'ACTIVE' OR {OF_PUBLISHER} OR ({OF_MEMBER}) OR {BACK_OFFICE}",
                "INSERT": f"{OF_PUBLISHER} OR ({OF_MEMBER}) OR {BACK_OFFICE}",
                "UPDATE": BOOK_WRITE,
                "DELETE": f"({OF_MEMBER} AND status = 'PENDING') OR {SYSTEM}",
            },
        ),
        RowSecurity(
            "idempotent_answers",
            dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), f"{OF_PUBLISHER} OR {SYSTEM}"),
        ),
        # The sub-select runs under the policy of books, so a hidden book hides its genres.
        RowSecurity(
            "book_genres",
            {
                "SELECT": BOOK_VISIBLE,
                **dict.fromkeys(("INSERT", "UPDATE", "DELETE"), GENRE_WRITE),
            },
        ),
    ]
