"""The audit trail keeps who did it, until the person's account ends."""

from django.db import migrations

KEEP_ACTOR = """
CREATE FUNCTION public.audit_keeps_actor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.actor_id IS NOT NULL AND NEW.actor_id IS DISTINCT FROM OLD.actor_id THEN
        RAISE EXCEPTION 'the audit trail keeps who did it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_keeps_actor BEFORE UPDATE ON public.auditlog_logentry
FOR EACH ROW EXECUTE FUNCTION public.audit_keeps_actor();
"""
LET_GO = """
DROP TRIGGER audit_keeps_actor ON public.auditlog_logentry;
DROP FUNCTION public.audit_keeps_actor();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_row_security"),
        ("auditlog", "0017_add_actor_email"),
    ]
    operations = [migrations.RunSQL(KEEP_ACTOR, LET_GO)]
