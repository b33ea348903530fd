"""A group whose members moderate; whoever moderated until now is in it from the beginning."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.moderators import GROUP, moderators_may


def make_group(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("auth", "Group").objects.using(editor.connection.alias).get_or_create(name=GROUP)


def delete_group(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("auth", "Group").objects.using(editor.connection.alias).filter(
        name=GROUP
    ).delete()


def let_staff_in(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    group = apps.get_model("auth", "Group").objects.using(editor.connection.alias).get(name=GROUP)
    group.user_set.add(
        *apps.get_model("accounts", "User")
        .objects.using(editor.connection.alias)
        .filter(is_staff=True, is_superuser=False)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0001_initial"),
        ("accounts", "0006_lock_profile"),
        ("catalog", "0018_sent_back"),
        ("enrichment", "0005_dump_loads"),
        ("shelves", "0011_years_follow_at_once"),
        ("auditlog", "0017_add_actor_email"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunPython(make_group, delete_group),
        moderators_may(
            {
                "catalog.book": "view change",
                "catalog.genre": "view change",
                "catalog.author": "view",
                "catalog.work": "view",
                "catalog.edition": "view",
                "accounts.publisher": "view",
                "accounts.membership": "view",
                "accounts.user": "view",
                "accounts.event": "view",
                "auditlog.logentry": "view",
                "enrichment.job": "view",
                "enrichment.dumpload": "view",
                "enrichment.upload": "view add",
            }
        ),
        # On the way back the members go with the group.
        migrations.RunPython(let_staff_in, migrations.RunPython.noop),
    ]
