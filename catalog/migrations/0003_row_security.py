"""Who may see and write which row of the catalog; `catalog.querysets` says the same in Python.

Shared rows are everybody's to read and the platform's to write. Manual rows are their owner's.
A book that is not ACTIVE is its submitter's and the moderators'.
"""

from django.db import migrations

from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"
STAFF = "(SELECT actor_role()) = 'staff'"
OWN = "owner_user_id = (SELECT actor_user_id())"
READ = f"owner_user_id IS NULL OR {OWN} OR {SYSTEM}"
WRITE = f"{OWN} OR (owner_user_id IS NULL AND {STAFF}) OR {SYSTEM}"

OF_PUBLISHER = "publisher_id = (SELECT actor_publisher_id())"
OF_MEMBER = "publisher_id IS NULL AND created_by_id = (SELECT actor_user_id())"
BACK_OFFICE = "(SELECT actor_role()) IN ('staff', 'system')"
BOOK_VISIBLE = "EXISTS (SELECT FROM books WHERE books.id = book_id)"


def catalog_table(table: str) -> RowSecurity:
    return RowSecurity(table, {"SELECT": READ, "INSERT": WRITE, "UPDATE": WRITE, "DELETE": WRITE})


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_initial"), ("accounts", "0003_row_security")]
    operations = [
        *map(catalog_table, ["authors", "works", "editions", "author_works", "edition_isbns"]),
        RowSecurity(
            "books",
            {
                "SELECT": f"status = 'ACTIVE' OR {OF_PUBLISHER} OR ({OF_MEMBER}) OR {BACK_OFFICE}",
                "INSERT": f"{OF_PUBLISHER} OR ({OF_MEMBER}) OR {BACK_OFFICE}",
                # A member's book is finalized by a moderator, so its member may not make it so.
                "UPDATE": f"{OF_PUBLISHER} OR ({OF_MEMBER} AND status = 'PENDING') OR {BACK_OFFICE}",
                "DELETE": f"({OF_MEMBER} AND status = 'PENDING') OR {SYSTEM}",
            },
        ),
        # The sub-select runs under the policy of books, so a hidden book hides its genres.
        RowSecurity(
            "book_genres",
            dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), BOOK_VISIBLE),
        ),
    ]
