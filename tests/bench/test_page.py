"""Each part of the page is put in its place, and the rest stays."""

from bench.page import PARTS, kept, put

BULK, OFFICE = PARTS


def test_a_part_takes_the_place_of_the_former_one():
    once = put(put("# Performance\n", BULK, "12 s"), OFFICE, "300 ms")
    twice = put(once, BULK, "14 s")
    assert "12 s" not in twice
    assert twice.index("14 s") < twice.index("300 ms")
    assert twice.count("begin -->") == twice.count("end -->") == 2


def test_a_new_page_keeps_all_parts_of_the_former_one():
    former = put(put("# Old\n", BULK, "12 s"), OFFICE, "300 ms")
    page = kept("# New\n", former)
    assert page.startswith("# New\n")
    assert "12 s" in page
    assert "300 ms" in page
    assert kept("# New\n", "# Old\n") == "# New\n"
