"""How the text of a variable is read. Each raises ValueError for a text that is not allowed."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable
from pathlib import Path


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words, in any case."""

    def parse(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(text)
        return text.lower()

    return parse


def boolean(text: str) -> bool:
    """`true` or `false`."""
    return one_of("true", "false")(text) == "true"


def seconds(text: str) -> float:
    """A length of time, 0 or more."""
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise ValueError(text)
    return value


def positive_seconds(text: str) -> float:
    """A length of time above 0."""
    value = seconds(text)
    if value == 0:
        raise ValueError(text)
    return value


def count(text: str) -> int:
    """A whole number, 0 or more."""
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def count_above_zero(text: str) -> int | None:
    """None where nothing is said."""
    value = int(text) if text else None
    if value is not None and value <= 0:
        raise ValueError(text)
    return value


def port(text: str) -> int | None:
    """A port; None where nothing is said."""
    value = count_above_zero(text)
    if value is not None and value > 65535:
        raise ValueError(text)
    return value


def level(text: str) -> int:
    """A level's name as the logging module's number."""
    return int(getattr(logging, one_of("debug", "info", "warning", "error", "critical")(text).upper()))


_CONTENT_ALIASES = {"TRUE": "SPAN_ONLY", "FALSE": "NO_CONTENT"}


def content(text: str) -> str:
    """Where content is recorded, by the names of the GenAI conventions."""
    name = _CONTENT_ALIASES.get(text.upper(), text.upper())
    if name not in ("NO_CONTENT", "SPAN_ONLY", "EVENT_ONLY", "SPAN_AND_EVENT"):
        raise ValueError(text)
    return name


def semconv(text: str) -> str:
    """Other entries of the list belong to other instrumentations."""
    entries = {entry.strip() for entry in text.split(",")}
    if "gen_ai_latest_experimental/dup" in entries:
        return "both"
    return "new" if "gen_ai_latest_experimental" in entries else "old"


SPOKEN = frozenset({"deepgram", "assemblyai", "cartesia", "elevenlabs", "openai", "google_genai"})
"""Providers whose protocols can be read without their SDKs."""


def hosts(text: str) -> dict[str, str]:
    """`host=provider, host:port=provider`."""
    known = {}
    for entry in entries(text):
        host, _, provider = entry.rpartition("=")
        if not host or provider not in SPOKEN or "/" in host:
            raise ValueError(entry)
        known[host.strip().lower()] = provider
    return known


KINDS = ("secret", "phone", "email", "card", "national_id")
ACTIONS = ("mask", "hash", "drop")
NATIONAL_IDS = ("us_ssn", "br_cpf", "ch_ahv", "uk_nino", "es_dni")
"""What can be redacted, and how; otel_voice/privacy/ says what each of them is."""


def entries(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(entry.strip() for entry in text.split(",") if entry.strip())


def redaction(text: str) -> dict[str, str]:
    """`kind=action, kind=action`."""
    actions = {}
    for entry in entries(text.lower()):
        kind, _, action = (part.strip() for part in entry.partition("="))
        if kind not in KINDS or action not in ACTIONS:
            raise ValueError(entry)
        actions[kind] = action
    return actions


def allowed(text: str) -> tuple[str, ...]:
    """At most one `*` in each, and something beside it: a pattern must not allow everything by accident."""
    for entry in entries(text):
        if entry.count("*") > 1 or ("*" in entry and len(entry) < 4):
            raise ValueError(entry)
    return entries(text)


def national_ids(text: str) -> frozenset[str]:
    """Names of NATIONAL_IDS."""
    names = frozenset(entries(text.lower()))
    if not names <= set(NATIONAL_IDS):
        raise ValueError(text)
    return names


def levels(text: str) -> dict[str, int]:
    """`a.b=DEBUG, c=ERROR`: a level for each logger and for those below it."""
    known = {}
    for entry in entries(text):
        name, equals, severity = entry.partition("=")
        if not equals or not name.strip():
            raise ValueError(entry)
        known[name.strip()] = level(severity.strip())
    return known


_SIZE_UNITS = {"kb": 10**3, "mb": 10**6, "gb": 10**9}


def rotation(text: str) -> int:
    """Bytes after which a file is put aside; 0 for every day."""
    if text.lower() == "daily":
        return 0
    number, unit = text[:-2].strip(), text[-2:].lower()
    if unit not in _SIZE_UNITS or not number.isdecimal() or int(number) == 0:
        raise ValueError(text)
    return int(number) * _SIZE_UNITS[unit]


_ORIGIN = r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?"


def origins(text: str) -> frozenset[str]:
    """Origins of web pages: a scheme, a host and perhaps a port."""
    named = frozenset(entries(text.lower()))
    for origin in named:
        if not re.fullmatch(_ORIGIN, origin):
            raise ValueError(origin)
    return named


def directory(text: str) -> Path | None:
    """A path; None where nothing is said."""
    try:
        return Path(text).expanduser() if text else None
    except RuntimeError as error:
        raise ValueError(text) from error
