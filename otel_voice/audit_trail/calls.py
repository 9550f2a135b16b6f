"""What a program calls: `otel_voice.audit(...)` and `otel_voice.security(...)`."""

from __future__ import annotations

import logging

from otel_voice.audit_trail.catalogue import Category
from otel_voice.audit_trail.draft import Draft
from otel_voice.audit_trail.stream import Receipt
from otel_voice.audit_trail.trail import trail

_log = logging.getLogger(__name__)


def audit(event: str, /, *, actor: object = None, subject: object = None, **fields: object) -> Receipt | None:
    """Record that something was done: by whom (`actor`), to whom or what (`subject`), and what else is known.

    The record is chained to the one before it and written to the spool before this returns; it is sent later, in
    order. The receipt tells its place and hash. It is None where the record is not this call's to place: with
    OTEL_SDK_DISABLED, or inside a signal handler that interrupted another record. Never raises.

    `event` is one of the catalogue in docs/audit.md; another is told once and recorded as it is.
    """
    return _record("audit", event, actor, subject, fields)


def security(event: str, /, *, actor: object = None, subject: object = None, **fields: object) -> Receipt | None:
    """Record what somebody who guards the system must see. Otherwise as `audit`, in a chain of its own."""
    return _record("security", event, actor, subject, fields)


def _record(
    category: Category, event: object, actor: object, subject: object, fields: dict[str, object]
) -> Receipt | None:
    try:
        here = trail()
        return None if here is None else here.record(Draft(category, event, actor, subject, fields))
    except Exception as error:  # noqa: BLE001 - the program must not fail because of us
        _log.error("otel_voice: the %s record %.100r is lost: %s: %s", category, event, type(error).__name__, error)
        return None
