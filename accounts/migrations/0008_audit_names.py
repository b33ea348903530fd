"""Names in the audit trail are found by an index, however long the trail."""

from django.db import migrations

NAMES = """
CREATE INDEX auditlog_by_name ON public.auditlog_logentry
USING gin (upper(object_repr) public.gin_trgm_ops)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_second_factor"),
        # Which makes the extension; it stands before all others and needs none.
        ("catalog", "0001_text_functions"),
    ]
    operations = [migrations.RunSQL(NAMES, "DROP INDEX public.auditlog_by_name")]
