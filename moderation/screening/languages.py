"""Whether a title is clearly in another language than the book is said to be in.

Short texts tell little, so this speaks up where there is next to no doubt: what it misses costs
nothing, and a flag that is wrong too often is no longer read. Letters of another script settle it.
Else py3langid weighs the words, among languages that it tells apart well.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache

from py3langid import langid

NAMES = {
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "hu": "Hungarian",
    "it": "Italian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "sv": "Swedish",
    "tr": "Turkish",
}
"""The languages in Latin letters that are told apart."""
OF_SCRIPTS = {
    "ar": "Arabic",
    "be": "Belarusian",
    "bg": "Bulgarian",
    "el": "Greek",
    "fa": "Persian",
    "he": "Hebrew",
    "hi": "Hindi",
    "ja": "Japanese",
    "ko": "Korean",
    "ru": "Russian",
    "th": "Thai",
    "uk": "Ukrainian",
    "zh": "Chinese",
}
"""Those in other letters: their books' titles are often transliterated, never translated."""
SAME = {"nb": "no", "nn": "no"}
KIN = ({"da", "no", "sv"}, {"es", "pt"}, {"cs", "sk"}, {"es", "ca"}, {"es", "gl"}, {"pt", "gl"})
"""Too much alike for a title to tell them apart."""
SCRIPTS = {
    "ARABIC": "Arabic letters",
    "CJK": "Chinese characters",
    "CYRILLIC": "Cyrillic letters",
    "DEVANAGARI": "Devanagari letters",
    "GREEK": "Greek letters",
    "HANGUL": "Korean letters",
    "HEBREW": "Hebrew letters",
    "HIRAGANA": "Japanese letters",
    "KATAKANA": "Japanese letters",
    "THAI": "Thai letters",
}

FEWEST_WORDS = 3
SURE = 0.95
"""How likely the other language has to be, of all that are told apart."""
TIMES_LIKELIER = 10
"""How many times likelier than the one that the book is said to be in."""
MOSTLY = 0.6
LONGEST = 500
"""Characters that are looked at: a description says no more behind them."""


def fact(title: str, description: str, tag: str) -> str | None:
    """Say what language the title is in, where that is clearly not the one of the tag."""
    said = _code(tag)
    named = NAMES.get(said) or OF_SCRIPTS.get(said)
    if named is None:
        return None
    if said in NAMES and (script := foreign_script(title)):
        return f"The title is written in {script}, and the language says {named}."
    other = other_language(title, said)
    if other is None or (description and not _agrees(description, other, said)):
        return None
    return f"The title looks {NAMES[other]}, and the language says {named}."


def foreign_script(text: str) -> str | None:
    """Name the script in which most letters are, where that is not the Latin one."""
    letters = [char for char in text if char.isalpha()]
    scripts = Counter(unicodedata.name(char, "?").split(maxsplit=1)[0] for char in letters)
    name, count = max(scripts.items(), key=lambda each: each[1], default=("", 0))
    return SCRIPTS.get(name) if count >= MOSTLY * len(letters) else None


def other_language(text: str, said: str) -> str | None:
    """Give the code of the language that a text is clearly in, where it is not the one said."""
    if len(text.split()) < FEWEST_WORDS or foreign_script(text):
        return None
    likely = _likelihoods(text)
    best = max(likely, key=lambda code: likely[code])
    if best == said or {best, said} in KIN:
        return None
    if said not in NAMES:
        return best if best == "en" and likely[best] >= SURE else None
    is_clear = likely[best] >= SURE and likely[best] >= TIMES_LIKELIER * likely[said]
    return best if is_clear else None


def _agrees(description: str, other: str, said: str) -> bool:
    """Say whether the description, too, speaks rather for the other language."""
    likely = _likelihoods(description)
    return likely[other] > likely.get(said, 0.0)


def _code(tag: str) -> str:
    code = tag.partition("-")[0].lower()
    return SAME.get(code, code)


def _likelihoods(text: str) -> dict[str, float]:
    # Capitals are rare in what the model has learned from, and common in English titles.
    ranked = _identifier().rank(text[:LONGEST].lower())
    return {code: float(likelihood) for code, likelihood in ranked}


@cache
def _identifier() -> langid.LanguageIdentifier:
    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    model.set_languages(list(NAMES))
    return model
