"""Profiles are their owner's alone; events are written for oneself and read by moderators.

Users, publishers, memberships and token families carry no policy: authentication reads them
before there is an actor.
"""

from django.db import migrations

from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"
OWN = "user_id = (SELECT actor_user_id())"
IN_TRIGGER = "pg_trigger_depth() > 0"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_web_role_and_actor")]
    operations = [
        # A profile begins with its user and counts by triggers, which also run at sign-up, before
        # anybody has signed in. By hand its owner may neither raise the limits nor lose the counters.
        RowSecurity(
            "profiles",
            {
                "SELECT": f"{OWN} OR {SYSTEM}",
                "INSERT": f"{IN_TRIGGER} OR {SYSTEM}",
                "UPDATE": f"({OWN} AND {IN_TRIGGER}) OR {SYSTEM}",
                "DELETE": SYSTEM,
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
