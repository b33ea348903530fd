"""The group of the moderators, and what its members may do in the back-office.

Each permission that they have stands in a migration, `moderation/0002_moderators_group` being the
first; a superuser may change the group, and no later migration takes that back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.db.migrations.operations import RunPython

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

    from accounts.models import User

GROUP = "Moderators"


def appoint(user: User) -> None:
    """Let somebody into the back-office, with all that moderators may do there."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(Group.objects.get(name=GROUP))


def moderators_may(verbs: dict[str, str]) -> RunPython:
    """Migration operation: give the group permissions on models, `{"catalog.book": "view change"}`.

    Makes the permissions that are not there yet: Django makes them only when all has migrated. On
    the way back the group loses them. Where a superuser has deleted the group, nothing is given.
    """

    def give(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        alias = editor.connection.alias
        for group in apps.get_model("auth", "Group").objects.using(alias).filter(name=GROUP):
            group.permissions.add(*_permissions(apps, alias, verbs))

    def take(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        alias = editor.connection.alias
        for group in apps.get_model("auth", "Group").objects.using(alias).filter(name=GROUP):
            group.permissions.remove(*_permissions(apps, alias, verbs))

    return RunPython(give, take)


def _permissions(apps: Apps, alias: str, verbs: dict[str, str]) -> Iterator[Any]:
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for label, names in verbs.items():
        meta = apps.get_model(label)._meta  # noqa: SLF001  (documented)
        kind, _ = kinds.get_or_create(app_label=meta.app_label, model=meta.model_name)
        for verb in names.split():
            permission, _ = permissions.get_or_create(
                content_type=kind,
                codename=f"{verb}_{meta.model_name}",
                defaults={"name": f"Can {verb} {meta.verbose_name_raw}"},
            )
            yield permission
