"""A shelf is its reader's alone; moderators do not look at it either.

Foreign keys look past policies, so a shelf row says itself that its reader sees what is put there.
"""

from django.db import migrations

from config.row_security import RowSecurity

OWN = "user_id = (SELECT actor_user_id()) OR (SELECT actor_role()) = 'system'"


def shelf(table: str, column: str, other: str) -> RowSecurity:
    attach = f"({OWN}) AND EXISTS (SELECT FROM {other} WHERE {other}.id = {column})"
    return RowSecurity(table, {"SELECT": OWN, "INSERT": attach, "UPDATE": attach, "DELETE": OWN})


class Migration(migrations.Migration):
    dependencies = [("shelves", "0001_initial"), ("accounts", "0003_row_security")]
    operations = [
        shelf("user_authors", "author_id", "authors"),
        shelf("user_works", "work_id", "works"),
    ]
