"""A second factor is its owner's alone; and the events of a month are counted from an index."""

from django.db import migrations, models

from config.row_security import RowSecurity

SYSTEM = "(SELECT actor_role()) = 'system'"
OWN = f"user_id = (SELECT actor_user_id()) OR {SYSTEM}"
OF_OWN = f"""
device_id IN (SELECT id FROM otp_static_staticdevice WHERE user_id = (SELECT actor_user_id()))
OR {SYSTEM}
"""
COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_lock_profile"),
        ("otp_static", "0003_add_timestamps"),
        ("otp_totp", "0003_add_timestamps"),
    ]
    operations = [
        RowSecurity("otp_totp_totpdevice", dict.fromkeys(COMMANDS, OWN)),
        RowSecurity("otp_static_staticdevice", dict.fromkeys(COMMANDS, OWN)),
        RowSecurity("otp_static_statictoken", dict.fromkeys(COMMANDS, OF_OWN)),
        # With the user, since the policy on events asks whose each is.
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                fields=["created_at", "name"], include=["user"], name="events_by_day"
            ),
        ),
    ]
