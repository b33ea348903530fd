"""One reader's changes come one after the other: each locks their profile first.

The policy on profiles lets triggers alone write them, and a row that may not be written cannot be
locked either: `SELECT ... FOR NO KEY UPDATE` finds none, and says nothing.
"""

from django.db import migrations

from config.row_security import callable_by_web

LOCK_PROFILE = """
CREATE FUNCTION public.lock_profile() RETURNS uuid LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT user_id FROM public.profiles WHERE user_id = public.actor_user_id() FOR NO KEY UPDATE $$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_become_user")]
    operations = [
        migrations.RunSQL(LOCK_PROFILE, "DROP FUNCTION public.lock_profile()"),
        callable_by_web("public.lock_profile()"),
    ]
