"""Moderators see what was merged, merge, and undo it (`change`)."""

from django.db import migrations

from accounts.moderators import moderators_may


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0003_screenings_due"),
        ("catalog", "0019_merges"),
    ]

    operations = [moderators_may({"catalog.merge": "view change"})]
