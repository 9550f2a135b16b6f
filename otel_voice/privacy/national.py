"""Numbers by which a state knows a person. Each is looked for only where the operator asks for it, by its name."""

from __future__ import annotations

import re
from collections.abc import Callable

from otel_voice.privacy.finding import ESCAPED, Rule, Rules, finder

_OUTSIDE = rf"(?:(?<![\w.,\-])|{ESCAPED})"
_END = r"(?![\w]|[\-.,]\d)"


def _pattern(written: str) -> str:
    return f"{_OUTSIDE}(?P<private>{written}){_END}"


def _digits(text: str) -> list[int]:
    return [int(character) for character in text if character.isdigit()]


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).upper()


def is_cpf(text: str) -> bool:
    """Brazil: two check digits, each a weighted sum of what stands before it."""
    digits = _digits(text)
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    return all(_cpf_check(digits[:length]) == digits[length] for length in (9, 10))


def _cpf_check(digits: list[int]) -> int:
    rest = sum(digit * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True)) % 11
    return 0 if rest < 2 else 11 - rest


def is_ahv(text: str) -> bool:
    """Switzerland: 756 in front, the check digit of EAN-13 behind."""
    digits = _digits(text)
    if len(digits) != 13:
        return False
    return sum(digit * (1 + 2 * (place % 2)) for place, digit in enumerate(digits)) % 10 == 0


_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def is_dni(text: str) -> bool:
    """Spain: the letter is the number modulo 23; X, Y, Z of a foreigner's stand for 0, 1, 2."""
    plain = _plain(text)
    number = plain[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return number.isdigit() and _DNI_LETTERS[int(number) % 23] == plain[-1]


def is_ssn(text: str) -> bool:
    """United States: no check digit, but numbers that are never given out."""
    area, group, serial = text[:3], text[4:6], text[7:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


_NEVER_NINO = ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ")


def is_nino(text: str) -> bool:
    """United Kingdom: no check digit, but prefixes that are never given out."""
    return _plain(text)[:2] not in _NEVER_NINO


_KNOWN: dict[str, tuple[str, Callable[[str], bool]]] = {
    "us_ssn": (_pattern(r"\d{3}-\d{2}-\d{4}"), is_ssn),
    "br_cpf": (_pattern(r"\d{3}\.\d{3}\.\d{3}-\d{2}|\d{9}-?\d{2}"), is_cpf),
    "ch_ahv": (_pattern(r"756\.\d{4}\.\d{4}\.\d{2}|756 \d{4} \d{4} \d{2}|756\d{10}"), is_ahv),
    "uk_nino": (
        _pattern(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"),
        is_nino,
    ),
    "es_dni": (_pattern(r"(?:[XYZ]-?\d{7}|\d{8})[- ]?[A-Z]"), is_dni),
}

NAMES = tuple(_KNOWN)

_SIX = re.compile(r"\d(?:\D{0,2}\d){5}")


def _has_digits(text: str) -> bool:
    return _SIX.search(text) is not None


def rules(names: frozenset[str]) -> tuple[Rules, ...]:
    """The rules for the numbers of these names, which are of NAMES."""
    chosen = tuple(_rule(*_KNOWN[name]) for name in NAMES if name in names)
    return (Rules(_has_digits, chosen),) if chosen else ()


def _rule(pattern: str, accepts: Callable[[str], bool]) -> Rule:
    return Rule("national_id", finder(pattern, re.IGNORECASE, accepts, _plain))
