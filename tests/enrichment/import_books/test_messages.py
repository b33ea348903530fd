"""`import_books` with ONIX and MARC, and what messages change and take away."""

import gzip
import json
from decimal import Decimal

import pytest

from tests.enrichment.book_files.onix_messages import message, product, supply
from tests.enrichment.import_books.files import as_csv, as_lines, book, loaded, refusals, row
from tests.factories import isbn13

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


class TestMessages:
    """ONIX and MARC, whose records are mapped (tests/enrichment/book_files has each field)."""

    def test_a_message_brings_changes_and_takes_away(self, load):
        load(as_csv(row(1), row(2)))
        result = load(
            message(
                product("03", isbn13(3)),
                product("04", isbn13(1)),
                product("05", isbn13(2), detail=None),
            ),
            name="message.xml",
        )
        assert (result.code, result.err) == (0, "")
        assert [made.isbn13 for made in loaded()] == sorted([isbn13(1), isbn13(3)])
        assert {made.title for made in loaded()} == {"Emma"}
        for done in ("1  created", "1  updated", "1  deleted"):
            assert done in result.out

    def test_what_is_refused_can_be_mended_and_loaded(self, load, tmp_path):
        refused = tmp_path / "refused.jsonl"
        load(as_csv(row(2)))
        content = message(
            product(isbn=isbn13(1), supplied=""), product("04", isbn13(2), supplied=supply())
        )
        result = load(content, "--refused", str(refused), name="message.xml")
        assert result.message == "2 of 2 rows are refused."
        told = refusals(refused)
        assert [(one["line"], one["reason"][0]["field"]) for one in told] == [
            (4, "price"),
            (5, "price"),
        ]
        assert [one["row"].get("action") for one in told] == [None, "update"]

        for one in told:
            one["row"]["price"] = 5
        mended = "".join(json.dumps(one) + "\n" for one in told)
        assert load(mended, name="mended.jsonl").code == 0
        assert [(made.title, made.price) for made in loaded()] == [("Emma", Decimal(5))] * 2

    def test_a_cover_from_elsewhere_costs_the_book_nothing(self, load):
        collateral = (
            "<SupportingResource><ResourceContentType>01</ResourceContentType><ResourceVersion>"
            "<ResourceLink>https://x.example/a.jpg</ResourceLink></ResourceVersion>"
            "</SupportingResource>"
        )
        result = load(message(product(collateral=collateral)), name="message.onix")
        assert result.code == 0
        assert "1  left out: coverImages" in result.out
        assert loaded()[0].cover_images == []

    def test_broken_xml_tells_its_line_and_what_came_before_is_in(self, load):
        content = message(product(), "<Product><b></c></Product>", product(isbn=isbn13(2)))
        result = load(gzip.compress(content.encode()), name="message.xml.gz")
        assert result.code == 2
        assert "broken at line 5" in result.message
        assert "1  created" in result.out
        assert len(loaded()) == 1

    def test_a_record_of_a_library_needs_a_price(self, load, shared_data, tmp_path):
        content = (shared_data / "marc" / "pymarc" / "test" / "marc.dat").read_bytes()
        result = load(content, "--refused", str(tmp_path / "refused"), name="library.dat")
        assert result.message == "20 of 20 rows are refused."
        assert refusals(tmp_path / "refused")[0]["row"]["author"] == "Andrew Hunt; David Thomas"

    def test_an_update_or_a_deletion_in_json(self, load):
        load(as_csv(row(1), row(2)))
        content = as_lines(
            {"action": "update", "isbn": isbn13(1), "price": 3},
            {"action": "delete", "isbn": isbn13(2)},
            book(3, action="destroy"),
            book(4, action=["delete"]),
        )
        result = load(content, name="books.jsonl")
        assert '"action" must be one of: create, update, delete.' in result.out
        assert result.message == "2 of 4 rows are refused."
        assert [made.price for made in loaded()] == [Decimal(3)]
