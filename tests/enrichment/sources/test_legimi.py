"""Legimi asked over HTTP: how the question looks, and the three outcomes.

What stands in for Legimi is built from the fields that its consumers read; nothing was recorded.
"""

import pytest

from config.errors import FeatureDisabledError
from enrichment.http import NoAnswerError, NoAnswerNowError
from enrichment.legimi.matching import Sought
from enrichment.sources import legimi
from enrichment.stand_in import Fault
from enrichment.stand_in.replay import Replay
from tests.enrichment.legimi.legimi_bodies import (
    CATALOGUE,
    FOR_SALE,
    SUBSCRIBED,
    book,
    detail,
    granted,
    has,
    has_nothing,
    listing,
)
from tests.outside import CONTACT

SOLARIS = Sought(("Solaris",), ("Stanisław Lem",))


def paths(stand_in):
    return [arrived.path.removeprefix(CATALOGUE) for arrived in stand_in.requests]


class TestQuestion:
    def test_the_query_has_the_title_alone_and_its_brackets_as_they_are(self, stand_in):
        has_nothing(stand_in)
        legimi.look_up(Sought(('Żółty "dom" & [las]',), ("Jan Kowalski",)))
        assert stand_in.requests[0].query == (
            "searchphrase=%C5%BB%C3%B3%C5%82ty%20dom%20%26%20%5Blas%5D"
            "&filters=[%22ebooks%22,%22audiobooks%22]"
            "&languages=[%22polish%22,%22english%22]&sort=score"
        ).replace("%5B", "[").replace("%5D", "]")

    def test_we_say_who_we_are_and_bring_no_key(self, stand_in):
        has_nothing(stand_in)
        legimi.look_up(SOLARIS)
        headers = stand_in.requests[0].headers
        assert headers["User-Agent"] == f"BookHub/1.0 ({CONTACT})"
        assert not headers.keys() & {"Authorization", "Cookie", "Referer"}

    def test_we_ask_once_in_two_seconds(self):
        (window,) = legimi.service().pace
        assert (window.amount, window.get_expiry()) == (1, 2)

    def test_nothing_is_asked_where_legimi_is_switched_off(self, stand_in, settings):
        settings.LEGIMI_ENABLED = False
        with pytest.raises(FeatureDisabledError):
            legimi.look_up(SOLARIS)
        assert stand_in.requests == []


class TestOutcome:
    def test_in_the_subscription(self, stand_in):
        has(stand_in, book(7))
        answer = legimi.look_up(SOLARIS)
        assert answer.available
        assert (answer.listing.legimi_id, answer.formats) == (7, {"ebook": ["subscription"]})
        assert paths(stand_in) == ["", "/book/7"]

    @pytest.mark.parametrize(
        "body",
        [
            detail(ebook=granted(), audiobook=granted("isInSubscription")),
            detail(ebook=granted("isInSubscription"), audiobook=granted()),
        ],
    )
    def test_one_format_is_enough(self, stand_in, body):
        has(stand_in, body=body)
        assert legimi.look_up(SOLARIS).available

    def test_found_and_only_for_sale(self, stand_in):
        has(stand_in, body=FOR_SALE)
        answer = legimi.look_up(SOLARIS)
        assert (answer.available, answer.listing is None) == (False, False)

    def test_found_and_not_to_be_had_costs_no_second_request(self, stand_in):
        has(stand_in, book(isAvailable=False))
        answer = legimi.look_up(SOLARIS)
        assert (answer.available, answer.listing is None) == (False, False)
        assert paths(stand_in) == [""]

    def test_another_book_is_not_the_one(self, stand_in):
        has(stand_in, book(title="Solar i inne"))
        assert legimi.look_up(SOLARIS).listing is None
        assert paths(stand_in) == [""]

    def test_nothing_found_on_every_variant(self, stand_in):
        has_nothing(stand_in)
        answer = legimi.look_up(Sought(("Wiedźmin. Ostatnie życzenie", "The Last Wish")))
        assert (answer.available, answer.listing) == (False, None)
        assert paths(stand_in) == [""] * 3

    def test_a_variant_is_tried_when_the_former_found_nothing(self, stand_in):
        has_nothing(stand_in)
        found = listing(book(3, "Ostatnie życzenie", "Andrzej Sapkowski"))
        stand_in.answer(
            f"{CATALOGUE}?searchphrase=Ostatnie%20%C5%BCyczenie&sort=score"
            '&filters=["ebooks","audiobooks"]&languages=["polish","english"]',
            found,
        )
        stand_in.answer(f"{CATALOGUE}/book/3", SUBSCRIBED)
        sought = Sought(("Wiedźmin. Ostatnie życzenie",), ("Andrzej Sapkowski",))
        assert legimi.look_up(sought).available
        assert paths(stand_in) == ["", "", "/book/3"]

    def test_of_several_editions_one_in_the_subscription_is_enough(self, stand_in):
        stand_in.answer(CATALOGUE, listing(*(book(number) for number in (1, 2, 3, 4))))
        stand_in.answer(f"{CATALOGUE}/book/1", FOR_SALE)
        stand_in.answer(f"{CATALOGUE}/book/2", SUBSCRIBED)
        assert legimi.look_up(SOLARIS).listing.legimi_id == 2
        assert paths(stand_in) == ["", "/book/1", "/book/2"]

    def test_a_title_of_many_parts_is_not_tried_for_ever(self, stand_in):
        has_nothing(stand_in)
        legimi.look_up(Sought((". ".join(f"ta część {n}" for n in range(30)),)))
        assert len(stand_in.requests) == legimi.MOST_SEARCHES


PAGE = f"{CATALOGUE}/book"


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (CATALOGUE, Fault.NOT_FOUND),
        (CATALOGUE, Fault.HTML_200),
        (CATALOGUE, Fault.TOO_MANY),
        (PAGE, Fault.NOT_FOUND),
        (PAGE, Fault.SERVER_ERROR_HTML),
        (PAGE, Fault.WRONG_TYPES),
    ],
)
def test_a_fault_is_no_answer_in_the_search_as_on_the_page(stand_in, path, fault):
    has(stand_in)
    stand_in.fault(path, fault)
    with pytest.raises((NoAnswerError, NoAnswerNowError)):
        legimi.look_up(SOLARIS)


@pytest.mark.parametrize("body", [{}, {"bookList": {}}, {"books": []}, {"bookList": {"books": 7}}])
def test_a_page_without_its_list_is_no_answer_and_not_nothing_found(stand_in, body):
    stand_in.answer(CATALOGUE, body)
    with pytest.raises(NoAnswerError) as silence:
        legimi.look_up(SOLARIS)
    assert silence.value.reason == "wrong_shape"


@pytest.mark.parametrize(
    ("title", "author", "available"),
    [
        ("Solaris", "Stanislaw Lem", True),
        ("Wiedźmin: Ostatnie życzenie", "Sapkowski, Andrzej", True),
        ("Bieguni", "Olga Tokarczuk", False),
        ("Sezon burz", "Andrzej Sapkowski", False),
        ("Achaja", "Andrzej Ziemiański", True),
        ("Lód", "Jacek Dukaj", False),
    ],
)
def test_the_stand_in_for_work_on_a_plane_is_understood(
    stand_in, settings, title, author, available
):
    with Replay() as replay:
        settings.LEGIMI_BASE_URL = f"{replay.url}/legimi"
        assert legimi.look_up(Sought((title,), (author,))).available is available
