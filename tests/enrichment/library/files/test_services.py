"""What each service's columns mean, on rows with all that they may hold."""

import json
from datetime import date
from decimal import Decimal

import pytest

from enrichment.library.files import bookhub
from enrichment.library.records import LibraryRow

STORYGRAPH = (
    "Title,Authors,Contributors,ISBN/UID,Format,Read Status,Date Added,Last Date Read,Dates Read,"
    "Read Count,Moods,Star Rating,Review,Tags,Owned?\n"
)
LIBRARYTHING = (
    "Book Id\tTitle\tPrimary Author\tSecondary Author\tSecondary Author Roles\tDate\tReview\tRating"
    "\tDate Started\tDate Read\tCollections\tLanguages\tISBN\tISBNs\tEntry Date\n"
)
BOOKWYRM = (
    "title,author_text,remote_id,openlibrary_key,isbn_10,isbn_13,start_date,finish_date,"
    "stopped_date,rating,review_content,shelf,shelf_name,shelf_date\n"
)
CALIBRE = (
    "authors,author_sort,rating,timestamp,isbn,identifiers,tags,languages,title,pubdate,uuid\n"
)


class TestGoodreads:
    def test_a_row(self, row, goodreads):
        assert row(goodreads({})) == LibraryRow(
            line=2,
            title="The Hunger Games",
            full_title="The Hunger Games (The Hunger Games, #1)",
            authors=("Suzanne Collins",),
            isbns=("9780439023481",),
            status="read",
            shelf="read",
            rating=Decimal(4),
            publish_year=2008,
            original_year=2008,
            added_on=date(2020, 10, 21),
            read_on=date(2023, 1, 31),
        )

    @pytest.mark.parametrize(
        ("change", "name", "value"),
        [
            (
                {"Additional Authors": "Ann  Lee, Bo Ek"},
                "authors",
                ("Suzanne Collins", "Ann Lee", "Bo Ek"),
            ),
            ({"Author": "Collins, Suzanne"}, "authors", ("Suzanne Collins",)),
            ({"Author": ""}, "authors", ("Suzanne Collins",)),
            ({"Title": "<i>Emma</i> &amp; co"}, "title", "Emma & co"),
            ({"My Rating": "0"}, "rating", None),
            ({"Original Publication Year": "-380"}, "original_year", -380),
            ({"Exclusive Shelf": "abandoned"}, "status", "hidden"),
            ({"Exclusive Shelf": "owned"}, "status", "read"),
            ({"Exclusive Shelf": "owned", "Date Read": ""}, "status", None),
            ({"Exclusive Shelf": "owned"}, "shelf", "owned"),
            ({"Exclusive Shelf": "", "Bookshelves": "own, to-read"}, "status", "to_read"),
        ],
    )
    def test_habits(self, row, goodreads, change, name, value):
        assert getattr(row(goodreads(change)), name) == value

    def test_a_review_over_lines_and_windows_encoding(self, export, goodreads):
        text = goodreads({"My Review": "one\n\ntwo"}, {"Title": "Żółw", "Author": "Jan Łoś"})
        found, rows = export(text.replace("\n", "\r\n").encode("cp1250"))
        assert found.encoding == "cp1250"
        assert [(row.line, row.title) for row in rows] == [(2, "The Hunger Games"), (5, "Żółw")]

    def test_lone_carriage_returns(self, export, goodreads):
        _, rows = export(goodreads({}, {}).replace("\n", "\r"))
        assert [row.line for row in rows] == [2, 3]

    @pytest.mark.parametrize("more", ["", "," * 7])
    def test_a_file_without_header(self, export, goodreads, more):
        lines = goodreads({"My Review": "of two\nlines"}, {}).split("\n", 1)[1].splitlines()
        found, rows = export("\n".join([lines[0], lines[1] + more, lines[2] + more]))
        assert found.kind == "goodreads"
        assert [(row.line, row.title, row.status) for row in rows] == [
            (1, "The Hunger Games", "read"),
            (3, "The Hunger Games", "read"),
        ]

    def test_a_line_of_a_torn_review_is_no_book(self, row, goodreads):
        assert "Book Id is no number" in row(goodreads({"Book Id": "and then"})).problem


class TestStoryGraph:
    def test_a_row(self, row):
        text = '"Orsinia (Orsinia, #1)","Ursula K. Le Guin, Bo Ek",Ann Lee,374538654,,did-not-finish,2021/05/10,2021/06/01,,1,dark,4.25,,,No\n'
        assert row(STORYGRAPH + text) == LibraryRow(
            line=2,
            title="Orsinia",
            full_title="Orsinia (Orsinia, #1)",
            authors=("Ursula K. Le Guin", "Bo Ek"),
            isbns=("9780374538651",),
            status="hidden",
            shelf="did-not-finish",
            rating=Decimal("4.25"),
            added_on=date(2021, 5, 10),
            read_on=date(2021, 6, 1),
        )

    def test_a_number_of_amazon(self, row):
        told = row(f"{STORYGRAPH}Emma,Jane Austen,,B00ABC1234,,to-read,,,,0,,,,,No\n")
        assert (told.isbns, told.rating, len(told.notes)) == ((), None, 1)


class TestLibraryThing:
    ROW = '1\tMarelle\tCortázar, Julio\tLee, Ann|Ek, Bo\tTranslator|\tc1979\t"a ""x""\nb"\t4.5\t[2007-04-16]\t[2007-05-08]\tYour library\tFrench\t[2070291340]\t2070291340, 9782070291342\t[2006-08-09]\n'
    EXPECTED = LibraryRow(
        line=2,
        title="Marelle",
        full_title="Marelle",
        authors=("Julio Cortázar", "Bo Ek"),
        isbns=("9782070291342",),
        status="read",
        shelf="Your library",
        rating=Decimal("4.5"),
        publish_year=1979,
        language="fr",
        added_on=date(2006, 8, 9),
        read_on=date(2007, 5, 8),
    )

    @pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8"])
    def test_a_row(self, row, encoding):
        assert row((LIBRARYTHING + self.ROW).encode(encoding)) == self.EXPECTED

    @pytest.mark.parametrize(
        ("collections", "status"),
        [
            ("Your library, To read", "to_read"),
            ("Currently reading", "in_progress"),
            ("Read but unowned", "read"),
            ("Your library", "read"),
        ],
    )
    def test_collections(self, row, collections, status):
        text = LIBRARYTHING + self.ROW.replace("Your library", collections)
        assert row(text).status == status

    @pytest.mark.parametrize("day", ["[2007]", "[2007-05]", "[2007-05-08], [2011-01-02]"])
    def test_read_on_no_certain_day(self, row, day):
        told = row(LIBRARYTHING + self.ROW.replace("[2007-05-08]", day))
        assert (told.status, told.read_on, len(told.notes)) == ("read", None, 1)

    def test_json_says_the_same(self, export):
        book = {
            "books_id": "1",
            "title": "Marelle",
            "primaryauthor": "Cortázar, Julio",
            "authors": [
                {"lf": "Cortázar, Julio", "fl": "Julio Cortázar", "role": "Author"},
                {"lf": "Lee, Ann", "fl": "Ann Lee", "role": "Translator"},
                {"lf": "Ek, Bo", "fl": "Bo Ek"},
            ],
            "date": "c1979",
            "rating": 4.5,
            "datestarted": "2007-04-16",
            "dateread": "2007-05-08",
            "collections": ["Your library"],
            "language_codeA": ["fre"],
            "isbn": {"0": "2070291340", "2": "9782070291342"},
            "entrydate": "2006-08-09",
            "tags": ["roman"],
            "public": True,
            "review": None,
        }
        found, rows = export(
            json.dumps({"1": book, "2": [], "3": {"title": "x" * 100_001}}, indent=0)
        )
        assert (found.kind, found.left_out) == ("librarything", ("entrydate", "tags"))
        assert rows[0] == self.EXPECTED
        assert [(row.line, row.problem is None) for row in rows[1:]] == [(43, False), (44, False)]

    @pytest.mark.parametrize("depth", [2, 800])
    def test_json_of_many_levels(self, row, depth):
        deep = "[" * depth + '"x"' + "]" * depth
        assert row(f'{{"1": {{"title": "Emma", "subject": {deep}}}}}').title == "Emma"


class TestOpenLibrary:
    def test_ids_alone(self, export):
        _, rows = export(
            "Work Id,Edition Id,Bookshelf\nOL1W,,Currently Reading\n/works/OL2W,OL3M,Already Read\nx,,Want to Read\n"
        )
        assert [(r.openlibrary_work, r.openlibrary_edition, r.status) for r in rows] == [
            ("OL1W", None, "in_progress"),
            ("OL2W", "OL3M", "read"),
            (None, None, "to_read"),
        ]
        assert rows[2].notes == ("x is no work id of Open Library.",)
        assert rows[2].problem == "The row names no book: it has no title."

    def test_titles_since_2022(self, row):
        told = row(
            "Work ID,Title,Authors,First Publish Year,Edition ID,Edition Count,Bookshelf,My Ratings\n"
            'OL1W,Emma,"Jane Austen | Lee, Ann",None,OL2M,12,Want to Read,5\n'
        )
        assert (told.title, told.authors, told.rating) == (
            "Emma",
            ("Jane Austen", "Lee, Ann"),
            Decimal(5),
        )
        assert (told.original_year, told.notes) == (None, ())


class TestBookWyrm:
    def test_a_row(self, row):
        text = "Gideon (The Locked Tomb #1),Tamsyn Muir,https://example.com/2,OL1M,1250313198,9781250313195,2020-10-21,2020-10-25,,3.5,,read,Gelesen,2020-10-20\n"
        assert row(BOOKWYRM + text) == LibraryRow(
            line=2,
            title="Gideon",
            full_title="Gideon (The Locked Tomb #1)",
            authors=("Tamsyn Muir",),
            isbns=("9781250313195",),
            openlibrary_edition="OL1M",
            status="read",
            shelf="Gelesen",
            rating=Decimal("3.5"),
            added_on=date(2020, 10, 20),
            read_on=date(2020, 10, 25),
        )

    @pytest.mark.parametrize(
        ("dates", "status"),
        [
            ("2020-10-21,2020-10-25,", "read"),
            ("2020-10-21,,2020-10-25", "hidden"),
            ("2020-10-21,,", "in_progress"),
            (",,", None),
        ],
    )
    def test_shelves_of_ones_own(self, row, dates, status):
        text = f"Cakes,Bo Ek,,,,,{dates},,,cooking,Cooking,2020-10-20\n"
        assert row(BOOKWYRM + text).status == status


BOOKHUB = "kind,work_id,openlibrary_id,title,authors,author_ids,isbn13,publish_year,first_publish_year,language,status,available_in_legimi,legimi_checked_at,rating,status_updated_at,created_at,updated_at\n"


class TestBookHub:
    def test_rows(self, export):
        work = "work,x,OL1W,'=Solaris,Stanisław Lem;'@Doe\\;Ek,y;z,9780156027601,2002,1961,pl,hidden,true,,4.5,2025-12-02T18:30:00Z,2025-12-01T18:30:00Z,\n"
        found, rows = export(f"{BOOKHUB}author,,OL1A,,Stanisław Lem,y,,,,,,,,,,,\n{work}")
        assert (found.kind, found.left_out) == ("bookhub", ("available_in_legimi", "created_at"))
        assert (rows[0].problem, rows[0].authors) == (bookhub.NO_BOOK, ("Stanisław Lem",))
        assert rows[1] == LibraryRow(
            line=3,
            title="=Solaris",
            full_title="=Solaris",
            authors=("Stanisław Lem", "@Doe;Ek"),
            isbns=("9780156027601",),
            openlibrary_work="OL1W",
            status="hidden",
            shelf="hidden",
            rating=Decimal("4.5"),
            publish_year=2002,
            original_year=1961,
            language="pl",
            added_on=date(2025, 12, 1),
            read_on=date(2025, 12, 2),
        )


class TestCalibre:
    def test_a_row(self, row):
        text = '"Jane Austen & Łoś, Jan","Austen, Jane & Łoś, Jan","4.5","2021-01-19T22:41:16+01:00","9780756411800","goodreads:39077187,isbn:9780756411800","a, b","pol, eng","Emma","2019-03-05T01:00:00+01:00","x"\n'
        assert row(CALIBRE + text) == LibraryRow(
            line=2,
            title="Emma",
            full_title="Emma",
            authors=("Jane Austen", "Jan Łoś"),
            isbns=("9780756411800",),
            rating=Decimal("4.5"),
            publish_year=2019,
            language="pl",
            added_on=date(2021, 1, 19),
        )

    @pytest.mark.parametrize(
        ("authors", "sorted_as", "expected"),
        [
            ("Ann Lee, Bo Ek", "Lee, Ann & Ek, Bo", ("Ann Lee", "Bo Ek")),
            ("Lee, Ann", "Lee, Ann", ("Ann Lee",)),
            ("Ann Lee", "Lee, Ann", ("Ann Lee",)),
        ],
    )
    def test_names(self, row, authors, sorted_as, expected):
        text = (
            f'"{authors}","{sorted_as}","","","","","","","Emma","0101-01-01T00:00:00+00:00",""\n'
        )
        told = row(CALIBRE + text)
        assert (told.authors, told.publish_year, told.status) == (expected, None, None)
