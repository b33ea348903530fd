"""Made-up dumps: their truth is what the readers of Open Library's records find in them."""

import gzip
import json
from collections import Counter, defaultdict

import pytest

from bench.dumps import generator
from bench.dumps.space import WORK, Fate, Odd, Space
from config.errors import UnprocessableRecordError
from enrichment.sources import openlibrary_records as records

SIZES = (1_000, 2_000, 2_500)
READERS = {"authors": records.author, "works": records.work, "editions": records.edition}
NAMES = {"authors": "A", "works": "W", "editions": "M"}


@pytest.fixture(scope="module", params=[1, 2], ids=["month1", "month2"])
def made(request, tmp_path_factory):
    """Give a folder with small dumps of one of two months, and their truth."""
    folder = tmp_path_factory.mktemp("dumps")
    truth = generator.make(folder, SIZES, seed=7, month=request.param)
    return folder, truth | json.loads((folder / "truth.json").read_bytes())


def lines_of(folder, name):
    (path,) = folder.glob(f"ol_dump_{name}_*.txt.gz")
    with gzip.open(path, "rt", errors="surrogateescape", newline="\n") as file:
        return [line.removesuffix("\n").split("\t") for line in file]


def read(folder, name):
    """Give the records of a file by their ids, and how many lines give none."""
    found, refused = {}, 0
    for columns in lines_of(folder, name):
        try:
            record = READERS[name](json.loads(columns[4].encode()))
        except (ValueError, IndexError, UnprocessableRecordError):
            refused += 1
        else:
            refused += record.openlibrary_id in found
            found[record.openlibrary_id] = record
    return found, refused


def redirects(folder):
    return {
        columns[1].rpartition("/")[2]: (json.loads(columns[4])["location"] or "").rpartition("/")[2]
        for columns in lines_of(folder, "redirects")
    }


def test_the_truth_is_what_the_readers_find(made):
    folder, truth = made
    led = redirects(folder)

    def live(key, known):
        seen = set()
        while key in led and key not in seen:
            seen.add(key)
            key = led[key]
        return key if key in known else None

    (authors, refused_authors), (works, refused_works), (editions, refused_editions) = (
        read(folder, name) for name in READERS
    )
    links = [{live(key, authors) for key in work.authors} - {None} for work in works.values()]
    of_work = defaultdict(list)
    for edition in editions.values():
        work = live(edition.works[0], works) if edition.works else None
        if work:
            of_work[work].append(edition)
    loaded = [edition for found in of_work.values() for edition in found]
    named = {key: edition for key, edition in editions.items() if edition.works}
    there = {**authors, **works, **named}
    assert truth["rows"] == {
        "authors": len(authors),
        "works": len(works),
        "editions": len(loaded),
        "author_works": sum(map(len, links)),
        "edition_isbns": sum(len(edition.isbns) for edition in loaded),
        "editions with isbn13": truth["rows"]["editions with isbn13"],
        "openlibrary_aliases": sum(key[-1] == (live(key, there) or "?")[-1] for key in led),
        "works with a primary edition": len(of_work),
    }
    assert {name: sum(each.values()) for name, each in truth["refused"].items()} == {
        "authors": refused_authors,
        "works": refused_works,
        "editions": refused_editions + len(editions) - len(loaded),
        "redirects": len(led) - truth["rows"]["openlibrary_aliases"],
    }


def test_sampled_rows_are_what_the_readers_make_of_their_lines(made):
    folder, truth = made
    for name in READERS:
        found, _ = read(folder, name)
        for key, sample in truth["samples"][name].items():
            assert as_sample(name, found[key], sample) == sample


def as_sample(name, record, sample):
    if name == "authors":
        return {"name": record.name[:500].rstrip()}
    if name == "works":
        return {
            "title": record.title,
            "first_publish_year": record.first_publish_year,
            "authors": sample["authors"],
        }
    return {
        "work": sample["work"],
        "title": record.title,
        "publish_year": record.publish_year,
        "publish_date": record.publish_date and record.publish_date.isoformat(),
        "publish_date_raw": record.publish_date_raw,
        "isbns": sorted(record.isbns),
        "cover_url": next(iter(record.covers), None),
        "language": record.language,
    }


def test_the_files_are_sorted_by_key_and_the_same_each_time(made, tmp_path):
    folder, truth = made
    again = generator.make(tmp_path, SIZES, seed=7, month=truth["month"])
    assert (tmp_path / "truth.json").read_bytes() == (folder / "truth.json").read_bytes()
    assert again["lines"] == truth["lines"]
    for name in ("authors", "works", "editions", "redirects", "deletes"):
        lines = lines_of(folder, name)
        assert lines == lines_of(tmp_path, name)
        keys = [columns[1] for columns in lines if columns[1:2] and "/OL" in columns[1]]
        known = [key for key in keys if key != "/x/OL1X"]
        assert known == sorted(known)


def test_next_month_repeats_what_did_not_change(tmp_path):
    months = []
    for month in (1, 2):
        generator.make(tmp_path / str(month), SIZES, seed=7, month=month)
        lines = lines_of(tmp_path / str(month), "works")
        months.append({columns[1]: columns for columns in lines if len(columns) == 5})
    before, after = months
    both = before.keys() & after.keys()
    said = Counter(
        {
            "added": len(after.keys() - both),
            "gone or merged": len(before.keys() - both),
            "updated": sum(before[key] != after[key] for key in both),
        }
    )
    changes = json.loads((tmp_path / "2" / "truth.json").read_bytes())["changes"]["works"]
    assert (said["added"], said["updated"]) == (changes["added"], changes["updated"])
    assert 0 < said["gone or merged"] < said["updated"] < len(both) / 25


def test_redirects_lead_to_the_living_or_say_why_not():
    space = Space(WORK, 10_000, seed=1)
    ends = Counter(
        led.value if isinstance(led := space.resolve(number), Odd) else "alive"
        for number in range(space.alive + 1, space.ends[0] + 1)
    )
    assert set(ends) == {"alive", *(odd.value for odd in Odd)}
    found = [space.resolve(number) for number in range(1, space.last + 1)]
    assert all(isinstance(led, Odd) or space.fate(led) is Fate.ALIVE for led in found)
