"""What Legimi said is kept, and its silence is not mistaken for an answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.row_security import SYSTEM, Actor, acting_as
from enrichment.http import NoAnswerError
from enrichment.legimi import answers
from enrichment.legimi.answers import UNANSWERED, Verdict
from enrichment.legimi.matching import Sought
from enrichment.legimi.questions import ShelfRow
from enrichment.models import LegimiAnswer
from enrichment.outside.answers import NoAnswerNowError
from enrichment.stand_in import Fault
from tests import factories, sql
from tests.enrichment.legimi.legimi_bodies import CATALOGUE, FOR_SALE, has, has_nothing

pytestmark = pytest.mark.django_db
SOLARIS = Sought(("Solaris",), ("Stanisław Lem",))


@pytest.fixture
def row(reader):
    return ShelfRow(reader.pk, factories.WorkFactory(title="Solaris").pk)


def kept(row):
    with acting_as(SYSTEM):
        return LegimiAnswer.objects.get(work_id=row.work)


def known(row, sought=SOLARIS):
    with acting_as(SYSTEM):
        return answers.known({row: sought}).get(row)


def age(**columns):
    with acting_as(SYSTEM):
        LegimiAnswer.objects.update(**columns)


def days(count):
    return pytest.approx(timezone.now() + timedelta(days=count), abs=timedelta(minutes=1))


class TestKept:
    def test_found_is_good_for_seven_days(self, stand_in, row):
        has(stand_in)
        verdict = answers.ask(row, SOLARIS)
        answer = kept(row)
        assert verdict == Verdict(True, answer.checked_at) == known(row)
        assert (answer.outcome, answer.legimi_id, answer.title) == ("found", 1, "Solaris")
        assert answer.formats == {"ebook": ["subscription"]}
        assert answer.expires_at == days(7)

    def test_found_and_for_sale_is_a_no_for_seven_days(self, stand_in, row):
        has(stand_in, body=FOR_SALE)
        assert answers.ask(row, SOLARIS).available is False
        assert (kept(row).outcome, kept(row).expires_at) == ("found", days(7))

    def test_not_found_is_a_no_for_three_days(self, stand_in, row):
        has_nothing(stand_in)
        assert answers.ask(row, SOLARIS).available is False
        assert (kept(row).outcome, kept(row).expires_at) == ("not_found", days(3))

    def test_it_is_asked_once(self, stand_in, row):
        has(stand_in)
        for _ in range(3):
            assert answers.ask(row, SOLARIS).available
        assert len(stand_in.requests) == 2

    def test_other_names_are_another_question(self, stand_in, row):
        has(stand_in)
        answers.ask(row, SOLARIS)
        assert known(row, Sought(("Eden",), ())) is None

    def test_an_old_answer_is_replaced(self, stand_in, row):
        has(stand_in)
        answers.ask(row, SOLARIS)
        age(expires_at=timezone.now())
        assert known(row) is None
        has(stand_in, body=FOR_SALE)
        assert answers.ask(row, SOLARIS).available is False
        assert kept(row).available is False

    def test_a_work_that_has_gone_meanwhile_leaves_nothing(self, stand_in, reader):
        has(stand_in)
        gone = ShelfRow(reader.pk, reader.pk)
        assert answers.ask(gone, SOLARIS).available
        with acting_as(SYSTEM):
            assert not LegimiAnswer.objects.exists()


class TestSilence:
    def test_nothing_is_asked_for_six_hours(self, stand_in, row):
        stand_in.fault(CATALOGUE, Fault.HTML_200)
        assert answers.ask(row, SOLARIS) == UNANSWERED == known(row)
        assert answers.ask(row, SOLARIS) == UNANSWERED
        assert len(stand_in.requests) == 1
        answer = kept(row)
        assert (answer.outcome, answer.available, answer.checked_at) == ("no_answer", None, None)
        assert answer.retry_at == days(0.25)

    def test_after_that_it_is_asked_again(self, stand_in, row):
        stand_in.fault(CATALOGUE, Fault.HTML_200, times=1)
        has(stand_in)
        answers.ask(row, SOLARIS)
        age(retry_at=timezone.now())
        assert answers.ask(row, SOLARIS).available
        assert (kept(row).outcome, kept(row).retry_at) == ("found", None)

    def test_the_page_failing_is_no_answer_though_the_book_was_found(self, stand_in, row):
        has(stand_in)
        stand_in.fault(f"{CATALOGUE}/book", Fault.SERVER_ERROR_HTML)
        assert answers.ask(row, SOLARIS) == UNANSWERED

    def test_what_was_known_stays_as_it_was(self, stand_in, row):
        has(stand_in)
        answers.ask(row, SOLARIS)
        age(expires_at=timezone.now())
        before = kept(row)
        stand_in.fault(CATALOGUE, Fault.WRONG_TYPES)
        assert answers.ask(row, SOLARIS) == UNANSWERED
        after = kept(row)
        assert after.retry_at == days(0.25)
        for name in ("outcome", "available", "legimi_id", "title", "checked_at", "expires_at"):
            assert getattr(after, name) == getattr(before, name)

    @pytest.mark.parametrize(
        ("fault", "error"), [(Fault.TOO_MANY, NoAnswerNowError), (Fault.FORBIDDEN, NoAnswerError)]
    )
    def test_a_service_that_is_held_says_nothing_of_the_work(self, stand_in, row, fault, error):
        stand_in.fault(CATALOGUE, fault)
        for _ in range(2):
            with pytest.raises(error):
                answers.ask(row, SOLARIS)
        assert len(stand_in.requests) == 1
        assert known(row) is None


class TestTable:
    def test_a_reader_who_deletes_their_work_takes_its_answers_along(self, stand_in, reader):
        work = factories.WorkFactory(owner_user=reader)
        has(stand_in)
        answers.ask(ShelfRow(reader.pk, work.pk), SOLARIS)
        with acting_as(Actor(role="user", user_id=reader.pk)):
            sql.run("DELETE FROM works WHERE id = %s", [work.pk])
        with acting_as(SYSTEM):
            assert not LegimiAnswer.objects.exists()

    @pytest.mark.parametrize(
        "columns",
        [
            {"outcome": "found", "available": True},
            {"outcome": "found", "legimi_id": 1},
            {"outcome": "not_found", "available": True},
            {"outcome": "not_found", "available": False, "legimi_id": 1},
            {"outcome": "no_answer", "available": False, "retry_at": "now"},
            {"outcome": "no_answer"},
            {"outcome": "maybe"},
        ],
    )
    def test_the_outcome_says_what_else_is_there(self, row, columns):
        times = {"checked_at": "now", "expires_at": "now"}
        times = {} if columns["outcome"] == "no_answer" else times
        with acting_as(SYSTEM), sql.refused_by("legimi_answers_outcome_fits"):
            sql.insert(
                "legimi_answers",
                work_id=row.work,
                question="q",
                title="",
                formats="{}",
                **times,
                **columns,
            )
