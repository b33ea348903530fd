"""Profiles are their owner's alone; events are written for oneself and read by moderators.

Users, publishers, memberships and token families carry no policy: authentication reads them
before there is an actor.
"""

from django.db import migrations

from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"
OWN = "user_id = (SELECT actor_user_id())"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_web_role_and_actor")]
    operations = [
        # Inserted by the trigger on users, at sign-up, before anybody has signed in.
        RowSecurity(
            "profiles",
            {
                "SELECT": f"{OWN} OR {SYSTEM}",
                "INSERT": "true",
                "UPDATE": f"{OWN} OR {SYSTEM}",
                "DELETE": f"{OWN} OR {SYSTEM}",
            },
        ),
        RowSecurity(
            "events",
            {
                "SELECT": f"{OWN} OR (SELECT actor_role()) IN ('staff', 'system')",
                "INSERT": f"{OWN} OR {SYSTEM}",
                "UPDATE": SYSTEM,
                "DELETE": SYSTEM,
            },
        ),
    ]
