"""The audit trail: who, when, what from and to, and in which request.

django-auditlog writes an entry for each change of a registered model; here it learns who is
acting, which its own middleware would read from a browser session that the API does not have.
"""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.db.models.signals import pre_save
from django.dispatch import receiver

from accounts.models import Membership, Publisher, User
from config.audit import columns
from config.row_security import current_actor

auditlog.register(User, include_fields=["is_active", "is_staff", "is_superuser"])
auditlog.register(Publisher, include_fields=columns(Publisher, but={"updated_at"}))
auditlog.register(Membership, include_fields=columns(Membership, but={"updated_at"}))


@receiver(pre_save, sender=LogEntry, dispatch_uid="bookhub-audit-actor")
def name_people_by_id(instance: LogEntry, **_kwargs: Any) -> None:
    """Name who acts, and whom it is about, by id alone.

    The entry outlives the account, and the e-mail must not.
    """
    instance.actor_id = instance.actor_id or current_actor().user_id
    instance.actor_email = None
    if instance.content_type.model_class() in (User, Membership):
        instance.object_repr = instance.object_pk
