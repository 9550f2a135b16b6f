"""An event on its way: what it is called, what it carries, and where in which conversation it happened."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.events import values
from otel_voice.logs import context as log_context
from otel_voice.runtime import runtime
from otel_voice.telemetry import names
from otel_voice.telemetry.catalogue import CATALOGUE, NUMBERS, VALUES
from otel_voice.telemetry.program import here

OURS = "voice."
NAME_LENGTH, BODY_LENGTH = 128, 256
"""Characters of a name, and of a line that tells an event."""
_MANY = 64
"""Fields of one event that the catalogue does not have; it is no place for a whole document."""
_TOLD_LIMIT = 1000

_CALL = {names.VOICE_CONVERSATION_CHANNEL: "channel", names.VOICE_CONVERSATION_DIRECTION: "direction"}

_logger = logging.getLogger("otel_voice.events")
_told: set[object] = set()


def event(name: str, /, **fields: Any) -> None:
    """Say that something happened: `event("conversation.assigned", team="sales")`.

    The catalogue (docs/events.md) knows its category, its severity, and the metrics that count it. What it does not
    know is told once, with what is nearest to it, and goes out all the same. Never raises, never waits.
    """
    guarded(_event, name, fields)


def tell(name: str, attributes: Mapping[str, Any], body: str = "", severity: str = "") -> None:
    """An event of the catalogue, with attributes that are clean."""
    known = log_context.current()
    stamped = {**(known.attributes if known is not None else {}), **attributes}
    runtime().program().event(name, body or spoken(name), stamped, _context(known), severity)


def spoken(name: str) -> str:
    """The name as words: what a reader of the log sees."""
    return name.removeprefix(OURS).replace(".", " ").replace("_", " ")


def tell_once(key: object, message: str, *args: object) -> None:
    """Warn of what is wrong with what a program says, once for each."""
    if _is_news(key):
        _warn(message, *args)


def _is_news(key: object) -> bool:
    """Whether it is to be told: it was not, and there is an end to what is told."""
    if key in _told or len(_told) >= _TOLD_LIMIT:
        return False
    _told.add(key)
    return True


def _warn(message: str, *args: object) -> None:
    _logger.warning("otel_voice: " + message + " Said once.", *args)


def nearest(name: str, known: Iterable[str]) -> str:
    """What to do about a name that is not known."""
    from difflib import get_close_matches

    choices = sorted(known)
    found = get_close_matches(name, choices, 1)
    return f"did you mean {found[0]!r}?" if found else "docs/events.md names what there is."


def cleaned(attribute: str, value: Any) -> Any:
    """The value as the schema declares the attribute; None where it is none."""
    if NUMBERS.get(attribute) is int:
        return values.integer(value)
    if attribute in NUMBERS:
        return values.number(value)
    return values.text(value)


def others(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields under their own names."""
    given = [(values.text(key, NAME_LENGTH), value) for key, value in fields.items() if value is not None]
    return {key: values.named(key, value) for key, value in given[:_MANY]}


def _event(name: Any, fields: Mapping[str, Any]) -> None:
    said = values.text(name, NAME_LENGTH)
    full = said if said in CATALOGUE else OURS + said
    if full not in CATALOGUE:
        _unknown(said, fields)
    else:
        _known(said, full, fields)


def _known(said: str, full: str, fields: Mapping[str, Any]) -> None:
    known = CATALOGUE[full].fields
    unknown = {key: value for key, value in fields.items() if key not in known}
    for key in unknown:
        if _is_news((full, key)):
            problem = "event %r has no field %r; %s It is logged all the same."
            _warn(problem, said, values.text(key, NAME_LENGTH), nearest(key, known))
    declared = _declared(full, {key: value for key, value in fields.items() if key in known})
    attributes = {**others(unknown), **_of_the_call(known.values()), **declared, **CATALOGUE[full].constants}
    tell(full, attributes, _line(full, fields))


def _of_the_call(attributes: Iterable[str]) -> dict[str, str]:
    """What the conversation has said already."""
    wanted = _CALL.keys() & attributes
    call = runtime().conversations.find() if wanted else None
    known = {attribute: getattr(call, _CALL[attribute]) for attribute in wanted if call is not None}
    return {attribute: values.text(value) for attribute, value in known.items() if value is not None}


def _line(name: str, fields: Mapping[str, Any]) -> str:
    """The event as a line of a log, for whoever sees no attributes."""
    told = ", ".join(
        f"{key}={values.text(value, 64)}" for key, value in list(fields.items())[:_MANY] if value is not None
    )
    return values.text(f"{spoken(name)}: {told}" if told else spoken(name), BODY_LENGTH)


def _declared(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {}
    for key, value in fields.items():
        if value is None:
            continue
        attribute = CATALOGUE[name].fields[key]
        clean = cleaned(attribute, value)
        if clean is None:
            _tell_no_number(name, key, attribute, value)
            continue
        if attribute in VALUES and clean not in VALUES[attribute]:
            allowed = ", ".join(VALUES[attribute])
            tell_once((name, key, "value"), "event %r: %s=%r is none of %s.", spoken(name), key, clean, allowed)
        attributes[attribute] = clean
    return attributes


def _tell_no_number(name: str, key: str, attribute: str, value: Any) -> None:
    kind = "a whole number" if NUMBERS[attribute] is int else "a finite number"
    problem = "event %r: %s=%s is not %s; it is left out."
    tell_once((name, key, "number"), problem, spoken(name), key, values.text(value, 64), kind)


def _unknown(name: str, fields: Mapping[str, Any]) -> None:
    if _is_news(name):
        known = {each.removeprefix(OURS) for each in CATALOGUE}
        _warn("there is no event %r in the catalogue; %s It is logged all the same.", name, nearest(name, known))
    context = log_context.current()
    stamped = {**others(fields), **(context.attributes if context is not None else {})}
    runtime().program().theirs(name, _line(name, fields), stamped, _context(context))


def _context(known: log_context.LogContext | None) -> Any:
    return here() if known is None else here(known.trace_id, known.span_id)
