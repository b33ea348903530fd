import pytest
from django.db import connection

from catalog import idempotency
from catalog.models import IdempotentAnswer
from catalog.tasks import purge_idempotent_answers
from config.row_security import SYSTEM, acting_as

pytestmark = pytest.mark.django_db


def test_answers_are_kept_for_a_day(member):
    publisher_id = member.membership.publisher_id
    with acting_as(SYSTEM), connection.cursor() as cursor:
        idempotency.answer_once(publisher_id, "old", {}, dict)
        cursor.execute("UPDATE idempotent_answers SET created_at = now() - interval '25 hours'")
        idempotency.answer_once(publisher_id, "new", {}, dict)
    assert purge_idempotent_answers() == 1
    with acting_as(SYSTEM):
        assert IdempotentAnswer.objects.get().key == "new"
