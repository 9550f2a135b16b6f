"""E-mail addresses."""

from __future__ import annotations

from collections.abc import Iterator

from otel_voice.privacy.finding import Found, Rule, Rules, compiled

_DOMAIN = r"(?:@|%40)((?:[^\W_](?:[\w\-]{0,62})\.){1,8}[^\W\d_]{2,24})(?![^\W_])"
_LONGEST = 320
"""Characters before the sign that are looked at; the standard allows 64."""
_SIGNS = frozenset("._%+-'!#$&*=?^`{|}~/")
_EDGES = "._%'-!#$&*=?^`{|}~/"

# `git@host:path` is a place, `name@2x.png` a picture.
_PLACES = frozenset(("git",))
_PICTURE = r"\dx\."
# A telephone number that is called over the network; the number in it is found as one.
_CALL = r"(?i)sips?(?::|%3a)\Z"


def _find(text: str) -> Iterator[Found]:
    """From the sign backwards: a pattern that began at the front would try each letter of every word."""
    begin = 0
    for match in compiled(_DOMAIN).finditer(text):
        start = _start(text, begin, match.start())
        local = text[start : match.start()]
        if local and not _is_other(text, start, local, match[1]):
            yield Found(start, match.end(), text[start : match.end()].replace("%40", "@").casefold())
        begin = match.end()


def _start(text: str, floor: int, at: int) -> int:
    start = at
    floor = max(floor, at - _LONGEST)
    while start > floor and (text[start - 1] in _SIGNS or text[start - 1].isalnum()):
        start -= 1
    while start < at and text[start] in _EDGES:
        start += 1
    return start


def _is_other(text: str, start: int, local: str, domain: str) -> bool:
    if local in _PLACES or compiled(_PICTURE).match(domain) is not None:
        return True
    digits = local.lstrip("+%2Bb")
    return digits.isdigit() and compiled(_CALL).search(text, max(0, start - 8), start) is not None


def _has_sign(text: str) -> bool:
    return "@" in text or "%40" in text


RULES = (Rules(_has_sign, (Rule("email", _find),)),)
