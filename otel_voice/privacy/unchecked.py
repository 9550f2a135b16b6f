"""Who wants to know of what could not be looked through, and therefore did not leave."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Literal

What = Literal["text", "span", "log_record", "metric"]
"""A text, for which something else stands; or a whole one of these, which is left out."""
Listener = Callable[[What, str], None]

_listener: Listener | None = None


def listen(listener: Listener) -> None:
    """Tell `listener` from now on what could not be looked through, and the class of the error. It replaces another."""
    global _listener
    _listener = listener


def tell(what: What, error: Exception) -> None:
    """This could not be looked through. Never raises; the error's message is not told, for it may quote it."""
    if _listener is not None:
        with contextlib.suppress(Exception):
            _listener(what, type(error).__name__)
