"""The role that web and workers step down to, and how a policy asks who is acting.

The role can log in nowhere by itself and owns nothing, so every policy holds it. Roles belong to
the whole server: another database's migration may have made it already, even at this moment.
"""

from django.db import migrations

from config.row_security import WEB_ROLE

CREATE_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{WEB_ROLE}') THEN
        CREATE ROLE {WEB_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the owner may not create roles; as a superuser run: CREATE ROLE {WEB_ROLE}; GRANT {WEB_ROLE} TO %', current_user;
END $$;
"""
# Since PostgreSQL 16 the creator of a role may grant it, and needs the grant to step down to it.
GRANT_ROLE = f"""
DO $$
BEGIN
    IF NOT pg_has_role(current_user, '{WEB_ROLE}', 'SET') THEN
        EXECUTE format('GRANT {WEB_ROLE} TO %I WITH INHERIT FALSE, SET TRUE', current_user);
    END IF;
END $$;
"""


def actor_function(name: str, setting: str, returns: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE FUNCTION public.{name}() RETURNS {returns} LANGUAGE sql STABLE PARALLEL SAFE"
        f" RETURN nullif(current_setting('bookhub.{setting}', true), '')::{returns}",
        f"DROP FUNCTION public.{name}()",
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.RunSQL(CREATE_ROLE, migrations.RunSQL.noop),
        migrations.RunSQL(GRANT_ROLE, migrations.RunSQL.noop),
        actor_function("actor_role", "role", "text"),
        actor_function("actor_user_id", "user_id", "uuid"),
        actor_function("actor_publisher_id", "publisher_id", "uuid"),
    ]
