"""Values that a program gives, as a log record can carry them: clean, bounded, and never an exception of theirs."""

from __future__ import annotations

import math
import operator
import traceback
from typing import Any

from otel_voice.telemetry import names
from otel_voice.telemetry.redaction import bounded, redact

LONGEST = 1024
"""Characters of a text."""
STACK_LENGTH = 16384
_SECRET_LENGTH = 8192
"""Characters; no secret that redaction knows is longer. So much is read beyond the length, and thrown away after."""
_INT64 = 2**63


def text(value: Any, longest: int = LONGEST) -> str:
    """Any object as text, with nothing secret in it."""
    whole = _str(value)
    read = longest + _SECRET_LENGTH
    if len(whole) <= read:
        return bounded(redact(_sendable(whole)), longest)
    # Half a secret, at the end of what was read, is in what is thrown away, however much redaction made shorter.
    return redact(_sendable(whole[:read]))[:-_SECRET_LENGTH][:longest] + "…"


def named(key: str, value: Any) -> Any:
    """The value of a field that nobody declared: as it is, where OTLP can carry it, or as text.

    Some secrets are known by what they are called alone.
    """
    plain = anything(value)
    return (
        text(f"{key}={plain}", LONGEST + len(key) + len("=…")).removeprefix(f"{key}=")
        if isinstance(plain, str)
        else plain
    )


def error_type(error: BaseException) -> str:
    """The class of an error."""
    return type(error).__qualname__


def exception(error: BaseException) -> dict[str, Any]:
    """An error as attributes."""
    return {
        names.ERROR_TYPE: error_type(error),
        names.EXCEPTION_TYPE: error_type(error),
        names.EXCEPTION_MESSAGE: text(error),
        names.EXCEPTION_STACKTRACE: text(_stack(error), STACK_LENGTH),
    }


def number(value: Any) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(value, (bool, str, bytes, bytearray)):
        return None
    try:
        converted = float(value)
    except Exception:  # noqa: BLE001 - __float__ is the program's code
        return None
    return converted if math.isfinite(converted) else None


def integer(value: Any) -> int | None:
    """A whole number that fits OTLP's 64 bits; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool):
        return None
    try:
        converted = operator.index(value)
    except Exception:  # noqa: BLE001 - __index__ is the program's code
        return None
    return converted if -_INT64 <= converted < _INT64 else None


def anything(value: Any) -> Any:
    """A plain value as it is, where OTLP can carry it; anything else as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        found: float | None = integer(value)
    else:
        found = number(value) if isinstance(value, float) else None
    return text(value) if found is None else found


def _str(value: Any) -> str:
    if isinstance(value, str):
        return str.__str__(value)  # also of an enumeration of texts
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - __str__ is the program's code
        return f"<{type(value).__name__}>"


def _stack(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))
    except Exception:  # noqa: BLE001 - it reads the program's objects
        return f"<{type(error).__name__}>"


def _sendable(given: str) -> str:
    """Half of a surrogate pair cannot be sent as UTF-8, and a whole batch would be lost with it."""
    return given if given.isascii() else given.encode("utf-8", "backslashreplace").decode("utf-8")
