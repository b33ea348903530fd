import pytest

from enrichment.library.files import names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Cortazar, Julio", "Julio Cortazar"),
        ("Le Guin, Ursula K.", "Ursula K. Le Guin"),
        ("King, Martin Luther, Jr.", "Martin Luther King Jr."),
        ("Ursula K. Le Guin", "Ursula K. Le Guin"),
        ("Martin Luther King, Jr.", "Martin Luther King, Jr."),
        ("Wells, H. G., Verne, Jules", "Wells, H. G., Verne, Jules"),
        ("Plato", "Plato"),
        ("Sienkiewicz, Henryk, 1846-1916", "Henryk Sienkiewicz"),
        ("Ek, Bo, b. 1950", "Bo Ek"),
        ("Homer, 750?-", "Homer"),
        ("", ""),
    ],
)
def test_last_names_first(name, expected):
    assert names.in_order(name) == expected


def test_names_between_commas():
    cell = "Ursula K. Le Guin,  Martin Luther King, Jr., Todd  Barton,"
    parts = names.separated(cell)
    assert names.each_once([*parts, "todd barton"]) == (
        "Ursula K. Le Guin",
        "Martin Luther King, Jr.",
        "Todd Barton",
    )
