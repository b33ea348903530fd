"""What the database itself holds of merges, whoever writes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog import tasks
from catalog.models import Merge, MergeMove, Work
from config.errors import constraint_of
from config.row_security import SYSTEM, acting_as
from moderation.merging import services
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def works(reader):
    kept, merged = factories.WorkFactory.create_batch(2)
    factories.UserWorkFactory(user=reader, work=merged)
    return kept, merged


def refused(**columns):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), acting_as(SYSTEM):
        Merge.objects.create(**columns, row={}, kept_before={})
    return constraint_of(refusal.value)


def test_only_two_shared_rows_of_one_kind_are_merged_once(works, reader, moderator):
    kept, merged = works
    pair = {"kind": "work", "merged_id": merged.pk, "kept_id": kept.pk}
    own = factories.WorkFactory(owner_user=reader)
    author = factories.AuthorFactory()
    assert refused(**pair | {"kept_id": merged.pk}) == "merges_not_itself"
    assert refused(**pair | {"kept_id": own.pk}) == "merges_of_one_kind"
    assert refused(**pair | {"kept_id": author.pk}) == "merges_of_one_kind"
    assert refused(**pair | {"kind": "author"}) == "merges_of_one_kind"
    assert refused(**pair, status="x") == "merges_status_known"
    assert refused(**pair, status="undone") == "merges_undone_has_time"
    with acting_as(SYSTEM):
        Merge.objects.create(**pair, row={}, kept_before={})
    assert refused(**pair) == "merges_one_at_a_time"
    third = factories.WorkFactory()
    assert refused(**pair | {"merged_id": third.pk}) == "merges_one_at_a_time"
    with acting_as(SYSTEM):
        Merge.objects.update(status="merged")
    assert refused(**pair) == "merges_one_living"


def test_a_merged_row_is_not_made_again(works, moderator):
    kept, merged = works
    services.begin("work", merged.pk, kept.pk, moderator)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), acting_as(SYSTEM):
        Work.objects.create(title="Again", openlibrary_id=merged.openlibrary_id)
    assert constraint_of(refusal.value) == "merges_merged_stays_merged"


def test_what_is_kept_of_readers_goes_with_them_and_after_30_days(works, reader, moderator):
    kept, merged = works
    factories.UserWorkFactory(work=merged)
    factories.UserWorkFactory(work=merged)
    services.begin("work", merged.pk, kept.pk, moderator)
    with acting_as(SYSTEM):
        moves = MergeMove.objects.filter(kind="shelf")
        assert moves.count() == 3
        reader.delete()
        assert moves.count() == 2
        assert tasks.purge_merges() == 0
        Merge.objects.update(created_at=timezone.now() - timedelta(days=31))
        assert tasks.purge_merges() > 0
        assert not MergeMove.objects.exists()
