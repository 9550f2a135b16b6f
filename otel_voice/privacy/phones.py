"""Telephone numbers: international ones, national ones as they are usually written, and bare ones that are named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from otel_voice.privacy.finding import ESCAPED, Found, Rule, Rules, compiled

_GAP = r" ()./\-\u00a0\u2009\u202f\u2010-\u2013"

# A plus sign, or the two zeros for it, and 7 to 15 digits in any grouping.
_PLUS = rf"(?:(?:(?<![A-Za-z0-9+])|{ESCAPED})\+|(?<!\w)%2B)\(?[1-9](?:[{_GAP}]{{0,3}}\d){{6,14}}(?!\d)"
_ZEROS = r"(?<![\w.,+\-])00[ ]?[1-9]\d{0,2}(?:[ /\-]\d{2,12}){1,5}(?!\w)|(?<![\w.,+\-])00[1-9]\d{9,12}(?!\w)"

# What a number must not stand behind, and what must not follow: then it is a part of something longer.
_BEGIN, _END = rf"(?:(?<![\w.,+\-])|{ESCAPED})", r"(?![\w]|[\-.,:]\d)"
_EXTENSION = r"(?:[ ]?(?:x|ext\.?)[ ]?\d{1,6})?"

# 415-555-0123, (415) 555-0123, 415.555.0123, 1 415 555 0123, 14155550123; so written also China's mobiles
_NORTH_AMERICA = (
    rf"{_BEGIN}(?:(?:00)?1[ .\-])?(?:\([2-9]\d\d\)[ \-]{{0,2}}|[2-9]\d\d[ \-])\d{{3}}[ \-]\d{{4}}{_EXTENSION}{_END}"
    rf"|{_BEGIN}(?:(?:00)?1\.)?[2-9]\d\d\.\d{{3}}\.\d{{4}}{_EXTENSION}{_END}"
    rf"|{_BEGIN}1[2-9]\d{{9}}(?![\w]|[\-.,]\d|[ ]?(?:bytes|[KMG]i?B|[num]s)\b)"
)
# With the zero of a trunk call: 020 7946 0958, (020)79460958, 01 42 68 53 00, 0170/1234567, 03-1234-5678, 07012345678
_TRUNK = (
    rf"{_BEGIN}0[1-9]\d{{0,4}}(?:[ \-\u00a0\u202f]{{1,3}}\d{{2,8}}|[ ]?/[ ]?\d{{4,8}})"
    r"(?:[ \-\u00a0\u202f]\d{2,6}){0,4}(?![\w:]|-\d)"
    rf"|{_BEGIN}\(0\d{{1,5}}\)[ \-]{{0,2}}\d{{2,8}}(?:[ \-]\d{{2,6}}){{0,4}}(?![\w:]|-\d)"
    rf"|{_BEGIN}0[1-9](?:\.\d\d){{4}}(?![\w]|\.\d)"
    rf"|{_BEGIN}0[1-9]\d{{8,9}}(?!\w)"
)
# Groupings that telephone numbers have where there is no such zero.
_SHAPES = (
    r"[6-9]\d\d[ \-]\d{3}[ \-]\d{3}|(?:45|5[01378])\d \d{3} \d{3}",  # Spain, Portugal, Poland
    r"[5-9]\d\d(?: \d\d){3}|[1-9]\d \d{3} \d\d \d\d",  # Spain, Turkey, Poland, Switzerland
    r"[2-9]\d(?: \d\d){3}(?! \d)",  # Denmark, Norway
    r"[6-9]\d{4}[ \-]\d{5}|1[3-9]\d[ \-]\d{4}[ \-]\d{4}",  # India, China
    r"\(?[1-9]\d\)?[ \-](?!(?:19|20)\d\d-(?:19|20))9?\d{4}-\d{4}",  # Brazil, Japan
    r"(?:8[ \-])?\(?[3-9]\d\d\)?[ \-]\d{3}[ \-]\d\d[ \-]\d\d",  # Russia
    r"3\d\d[ \-]\d{7}|[49]\d\d \d\d \d{3}",  # Italy, Norway
    r"\(?0?[1-9]\d?\)?/[ ]?\d{3}[ \-](?:\d{3,4}|\d\d \d\d)",  # Hungary, Belgium
    r"\([1-9]\d{1,4}\)[ \-]{0,2}\d{2,5}(?:[ \-]\d{2,5}){0,3}",  # an area in brackets
)
_GROUPED = rf"{_BEGIN}(?:{'|'.join(_SHAPES)}){_END}"

_ALONE = rf"(?P<private>{_PLUS}|{_NORTH_AMERICA}|{_ZEROS}|{_TRUNK}|{_GROUPED})"

# What stands in front of a number that a person is called at.
_NAME = r"""
    (?:(?<![a-z])(?:(?:tele)?phone|telefon\w{0,6}|tel[eé]fono?|tel|mobile?|mobil\w{0,5}|cell(?:phone)?|handy|fax
      |msisdn|whatsapp|sms|caller|callee|ani|dnis|dial(?:led|ed|ing)?|rufnummer|t[eé]l)
      (?:[ _\-]?(?:no|nr|num|number|id))?
    | (?:from|to|contact|callback|customer|user|my|his|her|their|your)[ _\-]?(?:phone[ _\-]?)?number
    | (?<![a-z])(?:call|ring|reach|phone|text)[ ](?:me|us|him|her|them|back|you))
    \\{0,3}["']?(?:[ ]?[.:=\#>]{1,2}[ ]?|[ ])(?:(?:is|at|on|to|back|was|under|me|ist)[ ]){0,3}\\{0,3}["']?\(?\Z
"""
_NAMES = (
    *(
        "phone",
        "tel",
        "mob",
        "cell",
        "handy",
        "fax",
        "msisdn",
        "whatsapp",
        "sms",
        "call",
        "ani",
        "dnis",
        "dial",
        "rufn",
    ),
    *("number", "ring", "reach", "text", "tél"),
)
_BEFORE = 64
"""Characters in front of a number in which it may be named."""
_BARE = rf"(?P<private>\d(?:[{_GAP}]{{0,2}}\d){{6,14}})(?![\w]|[.:]\d)"

# Digits and what stands between them: without such a stretch there is no number to call.
_STRETCH = re.compile(rf"[+(\d][{_GAP}\d]{{6,}}")
# The commonest of all that has as many digits.
_TIME = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d(?: [0-2]\d)? ?")
_DATE = (
    r"(?:19|20)\d\d[-./ ](?:0\d|1[0-2])[-./ ][0-3]\d(?!\d)|[0-3]\d[-./ ](?:0\d|1[0-2]|[0-3]\d)[-./ ](?:19|20)\d\d(?!\d)"
)
_ADDRESS = r"\d{1,3}(?:\.\d{1,3}){3}"


def _find(text: str) -> Iterator[Found]:
    for stretch in _STRETCH.finditer(text):
        start, end = stretch.span()
        if _count(stretch.group()) >= 7 and _TIME.fullmatch(stretch.group()) is None:
            yield from _among(text, start, end)


def _among(text: str, start: int, end: int) -> Iterator[Found]:
    """Numbers by their own shape; else one that is named. What stands two characters behind tells of the end."""
    found = [
        Found(*match.span(), canonical(match.group()))
        for match in compiled(_ALONE).finditer(text, max(0, start - 3), end + 2)
        if _is_phone(match.group())
    ]
    return iter(found or _named(text, start, end))


def _named(text: str, start: int, end: int) -> list[Found]:
    before = text[max(0, start - _BEFORE) : start].lower()
    if not any(name in before for name in _NAMES) or compiled(_NAME, re.VERBOSE).search(before) is None:
        return []
    match = compiled(_BARE).match(text, start + text[start:end].index(next(filter(str.isdigit, text[start:end]))))
    if match is None or not _is_number(match.group(), 7):
        return []
    return [Found(*match.span(), canonical(match.group()))]


def _count(text: str) -> int:
    return sum(map(str.isdigit, text))


def canonical(written: str) -> str:
    """Digits with the country code, as far as the number tells it: North America's is known by its ten digits."""
    digits = "".join(str(int(each)) for each in written.replace("%2B", "+") if each.isdigit())
    if digits.startswith("00"):
        return digits[2:]
    if len(digits) == 10 and digits[0] in "23456789" and "+" not in written and "%2B" not in written:
        return f"1{digits}"
    return digits


def is_dialled(text: str) -> bool:
    """Whether a text that is named as a telephone number is one: digits, and what may stand between them."""
    return compiled(rf"\+?[{_GAP}\d]{{7,32}}").fullmatch(text.strip()) is not None and _is_number(text.strip(), 7)


def _is_phone(written: str) -> bool:
    """Long enough, and neither a date nor an address of the network."""
    if written[0] in "+%":
        return 7 <= _count(written.replace("%2B", "+")) <= 15
    return _is_number(written, 7 if written.startswith("(0") else 8)


def _is_number(written: str, shortest: int) -> bool:
    if not shortest <= _count(written) <= 15:
        return False
    return compiled(_DATE).match(written) is None and compiled(_ADDRESS).fullmatch(written) is None


def _has_digits(text: str) -> bool:
    return _STRETCH.search(text) is not None


RULES = (Rules(_has_digits, (Rule("phone", _find),)),)
