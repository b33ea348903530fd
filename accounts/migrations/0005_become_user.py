"""Who calls, and the actor of the transaction, in one call (docs/decisions/0008-request-path.md)."""

from django.db import migrations

BECOME_USER = """
CREATE FUNCTION public.become_user(
    who uuid, house uuid, OUT id uuid, OUT email text, OUT is_active boolean,
    OUT is_staff boolean, OUT publisher_id uuid, OUT permissions text[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    SELECT u.id, u.email, u.is_active, u.is_staff, p.id, m.permissions
    INTO become_user.id, become_user.email, become_user.is_active, become_user.is_staff,
        become_user.publisher_id, become_user.permissions
    FROM public.users u
    LEFT JOIN public.memberships m ON m.user_id = u.id
    LEFT JOIN public.publishers p
        ON p.id = m.publisher_id AND p.id = house AND p.suspended_at IS NULL
    WHERE u.id = who AND u.is_active;
    PERFORM set_config('bookhub.role', CASE WHEN is_staff THEN 'staff'
            WHEN id IS NOT NULL THEN 'user' ELSE 'nobody' END, true),
        set_config('bookhub.user_id', coalesce(id::text, ''), true),
        set_config('bookhub.publisher_id', coalesce(publisher_id::text, ''), true);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_audit_trail")]
    operations = [
        migrations.RunSQL(BECOME_USER, "DROP FUNCTION public.become_user(uuid, uuid)"),
    ]
