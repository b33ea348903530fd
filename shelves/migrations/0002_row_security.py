"""A shelf is its reader's alone; moderators do not look at it either."""

from django.db import migrations

from config.row_security import RowSecurity

OWN = "user_id = (SELECT actor_user_id()) OR (SELECT actor_role()) = 'system'"


class Migration(migrations.Migration):
    dependencies = [("shelves", "0001_initial"), ("accounts", "0003_row_security")]
    operations = [
        RowSecurity(table, dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), OWN))
        for table in ("user_authors", "user_works")
    ]
