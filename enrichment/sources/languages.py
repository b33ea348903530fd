"""Languages as BCP 47 tags, whatever code a source has for them."""

from __future__ import annotations

import re

import langcodes

_NO_ONE_LANGUAGE = {"mis", "mul", "und", "zxx"}
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_MARC_CODE = re.compile(r"[a-z]{3}")

# MARC's codes are those of ISO 639-2/B, which langcodes knows. These MARC has given up since; old
# records have them still, and to ISO 639-3 most of them are languages of quite other people.
# https://www.loc.gov/marc/languages/language_code.html (the codes with a hyphen)
_GIVEN_UP = {
    "cam": "km",
    "esp": "eo",
    "eth": "gez",
    "far": "fo",
    "fri": "fy",
    "gae": "gd",
    "gag": "gl",
    "gal": "om",
    "gua": "gn",
    "int": "ia",
    "iri": "ga",
    "kus": "kos",
    "lan": "oc",
    "lap": "smi",
    "max": "gv",
    "mla": "mg",
    "sao": "sm",
    "scc": "sr",
    "scr": "hr",
    "sho": "sn",
    "snh": "si",
    "sso": "st",
    "swz": "ss",
    "tag": "fil",
    "taj": "tg",
    "tar": "tt",
    "tru": "chk",
    "tsw": "tn",
}
# Not given up for one language, but for several.
_GIVEN_UP_FOR_MANY = {"ajm", "esk"}


def from_marc(code: str) -> str | None:
    """Translate a code of MARC 21, as in `/languages/pol`; None for what names no one language."""
    if not _MARC_CODE.fullmatch(code) or code in _GIVEN_UP_FOR_MANY:
        return None
    return _GIVEN_UP.get(code) or from_tag(code)


def from_tag(tag: object) -> str | None:
    """Give a tag in its usual spelling (`pt-br` as `pt-BR`); None for what is none."""
    if not isinstance(tag, str) or not _TAG.fullmatch(tag) or not langcodes.tag_is_valid(tag):
        return None
    spelled = langcodes.standardize_tag(tag)
    return None if spelled in _NO_ONE_LANGUAGE else spelled
