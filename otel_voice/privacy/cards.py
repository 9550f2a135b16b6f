"""Payment cards: a number of an issuer's range and length whose Luhn sum is right."""

from __future__ import annotations

import re
from collections.abc import Iterator

from otel_voice.privacy.finding import ESCAPED, Found, Rule, Rules, compiled

# Not inside a longer number, a word or a fraction. Read from speech, digits come one by one.
_CANDIDATE = (
    rf"(?:(?<![0-9A-Za-z])|{ESCAPED})(?<!\d[.,])\d(?:[ \u00a0\u202f\-\u2010-\u2013]{{0,2}}\d){{12,39}}(?![0-9A-Za-z])"
)
_GROUP = r"\d+"
_SHORTEST, _LONGEST = 13, 19


def is_card(digits: str) -> bool:
    """Whether some issuer could have given out this number."""
    return len(digits) in _lengths(digits) and luhn(digits)


def _lengths(digits: str) -> tuple[int, ...]:
    """The lengths of an issuer's numbers, by their first digits (ISO/IEC 7812); none where nobody issues them."""
    two, four = int(digits[:2]), int(digits[:4])
    if digits[0] == "4":
        return (13, 16, 19)
    if two in (34, 37):
        return (15,)
    if 51 <= two <= 55 or 2221 <= four <= 2720 or 2200 <= four <= 2204:
        return (16,)
    if two in (36, 38, 39) or 300 <= int(digits[:3]) <= 305:
        return (14, 16, 19)
    if two in (35, 50, 56, 57, 58, 60, 62, 63, 64, 65, 67, 81):
        return (16, 17, 18, 19)
    return ()


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        digit = int(character) * (1 + position % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def _find(text: str) -> Iterator[Found]:
    for match in compiled(_CANDIDATE).finditer(text):
        yield from _within(match.group(), match.start())


def _within(candidate: str, offset: int) -> Iterator[Found]:
    """Cards among groups of digits: in front of one, or behind, may stand a date or an amount."""
    groups = [(group.start(), group.end(), group.group()) for group in compiled(_GROUP).finditer(candidate)]
    for first, last in _joined(_cards(groups)):
        digits = "".join(group for _, _, group in groups[first : last + 1])
        yield Found(offset + groups[first][0], offset + groups[last][1], _plain(digits))


def _cards(groups: list[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
    """The first and the last group of each."""
    for first in range(len(groups)):
        last = _card_from(groups, first)
        if last is not None:
            yield first, last


def _joined(spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those that overlap as one: which of them is the card cannot be known, and no half of it may be left."""
    joined: tuple[int, int] | None = None
    for first, last in spans:
        if joined is not None and first <= joined[1]:
            joined = joined[0], max(joined[1], last)
            continue
        if joined is not None:
            yield joined
        joined = first, last
    if joined is not None:
        yield joined


def _card_from(groups: list[tuple[int, int, str]], first: int) -> int | None:
    digits = ""
    for last in range(first, len(groups)):
        digits += groups[last][2]
        if len(digits) > _LONGEST:
            return None
        if len(digits) >= _SHORTEST and is_card(_plain(digits)):
            return last
    return None


def _plain(digits: str) -> str:
    """Digits of any script as ASCII."""
    return digits if digits.isascii() else "".join(str(int(character)) for character in digits)


_THIRTEEN = re.compile(r"\d(?:[^0-9A-Za-z]{0,2}\d){12}")


def _has_digits(text: str) -> bool:
    return _THIRTEEN.search(text) is not None


RULES = (Rules(_has_digits, (Rule("card", _find),)),)
