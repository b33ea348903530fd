"""Words and names, as the JSON of a dump writes them: ASCII, with `\\uXXXX` for all else.

Few words are frequent and most are rare, so an index of words has as many of them as one of real
titles, nearly. As in the real dumps, about nine titles of ten are in plain Latin letters; the
others have the marks of several languages, or are in Cyrillic or Greek.
"""

from __future__ import annotations

import json

from bench.dumps.draws import ALL

FREQUENT = (  # noqa: SIM905  (here and below: a word is no line)
    "the of and a in to for on de la le et les der die und das el los y en del i w na z do po "
    "history life book story world guide introduction studies poems new great little house war "
    "American English law art man women children with from an its papers report 1984 II"
).split()
MARKED = (  # noqa: SIM905
    "Geschichte książka życie świat miłość śmierć opowieść wieczór źródło société théâtre cœur été "
    "naïve español niño corazón mañana über Bücher Straße Märchen größe Åse smørrebrød příběh řeka "
    "člověk dívka şehir İstanbul viață țară história coração não война мир история книга жизнь "
    "ζωή λόγος 中国 日本 L'homme O'Brien rock'n'roll"
).split()
LATIN = (  # noqa: SIM905
    "ba den fo gri hal jo kam le mur no pel qui ras sto ve la ub ne ci or zu tre wen ska"
).split()
ACCENTED = "vé łą üb ñe çi ør žu ba den fo gri".split()  # noqa: SIM905
CYRILLIC = "ва де го лю мир но ра сть ту ши ёл ж".split()  # noqa: RUF001, SIM905
GIVEN = (  # noqa: SIM905
    "Anna Maria John Mary Robert Peter Zofia Łukasz Małgorzata José Núria François Chloé Jürgen "
    "Søren Åke Šárka Jiří Çiğdem Ștefan João Nguyễn Иван Ольга Γιώργος 明 Jean-Paul J. R. R. Li Ed"
).split()
LATIN_NAMES = "John Mary James William Anna Robert Peter David George Thomas Henry Paul".split()  # noqa: SIM905
RARE = 40_000


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _rare_word(rank: int) -> str:
    syllables = CYRILLIC if rank % 90 == 0 else ACCENTED if rank % 45 == 1 else LATIN
    parts = []
    for _ in range(2 + rank % 3):
        rank, syllable = divmod(rank, len(syllables))
        parts.append(syllables[syllable])
    return "".join(parts).title()


def _skewed(words: list[str]) -> list[str]:
    """Spread words over all draws, the first of them over the most."""
    return [words[int(len(words) * (draw / ALL) ** 3)] for draw in range(ALL)]


_RARE = [_escaped(_rare_word(rank)) for rank in range(RARE)]
WORDS = _skewed(
    [_escaped(word) for word in FREQUENT]
    + _RARE[:600]
    + [_escaped(word) for word in MARKED]
    + _RARE[600:]
)
"""A word for each draw."""
GIVEN_NAMES = _skewed([_escaped(name) for name in (*LATIN_NAMES, *GIVEN)] + _RARE[:3000])
FAMILY_NAMES = _skewed(_RARE[::-1])


def words(numbers: tuple[int, ...]) -> str:
    """Give a text of a word for each draw."""
    return " ".join([WORDS[number] for number in numbers])


def name(first: int, last: int) -> str:
    return f"{GIVEN_NAMES[first]} {FAMILY_NAMES[last]}"


def plain(escaped: str) -> str:
    """Give a text as JSON's reader gives it."""
    text: str = json.loads(f'"{escaped}"')
    return text
