"""The policy of this process: one for all that is said of it, chosen at its start."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from otel_voice.privacy.policy import Policy

if TYPE_CHECKING:
    from otel_voice.privacy.redactor import Redactor
    from otel_voice.privacy.values import Values

_lock = threading.Lock()
_policy = Policy()
_values: Values | None = None


def use(policy: Policy) -> None:
    """Everything from now on is redacted by this policy. The same one again changes nothing."""
    global _policy, _values
    with _lock:
        if policy != _policy:
            _policy, _values = policy, None


def values() -> Values:
    """The policy in use, at work on attributes and bodies."""
    return _values or _made()


def redactor() -> Redactor:
    """The policy in use, at work on texts."""
    return values().redactor


def redact(text: str) -> str:
    """The text without what must not leave the process; each place says what stood there."""
    return values().redactor.text(text)


def _made() -> Values:
    """Made when first needed: a program's start does not wait for it."""
    global _values
    with _lock:
        if _values is None:
            from otel_voice.privacy.redactor import Redactor
            from otel_voice.privacy.values import Values

            _values = Values(Redactor(_policy))
        return _values


def _renew() -> None:
    """In a forked child: a thread of the parent may have been making them."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
