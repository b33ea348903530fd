"""Names that readers' lists are sorted by lose their half marks, too; titles follow the works."""

from django.db import migrations

RENEW = r"""
UPDATE public.user_authors SET name_key = '' WHERE author_id IN (
    SELECT id FROM public.authors WHERE name ~ '[\uFE20-\uFE2F]');
"""


class Migration(migrations.Migration):
    dependencies = [("shelves", "0007_locks_in_order"), ("catalog", "0012_half_marks")]
    operations = [migrations.RunSQL(RENEW, RENEW)]
