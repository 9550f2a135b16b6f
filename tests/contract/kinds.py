"""Which kind of function each shape wraps: a shape on the wrong kind would start too early, or never end."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from typing import Any

_CONTEXT_MANAGER_CODE = contextlib.contextmanager(lambda: None).__code__
_ASYNC_CONTEXT_MANAGER_CODE = contextlib.asynccontextmanager(lambda: None).__code__


def _code(function: Any) -> Any:
    return getattr(function, "__code__", None)


def plain(function: Any) -> bool:
    inner = inspect.unwrap(function)
    return not (
        inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner) or inspect.iscoroutinefunction(inner)
    )


def coroutine(function: Any) -> bool:
    return inspect.iscoroutinefunction(inspect.unwrap(function))


def plain_or_coroutine(function: Any) -> bool:
    return plain(function) or coroutine(function)


def generator(function: Any) -> bool:
    return inspect.isgeneratorfunction(function)


def async_generator(function: Any) -> bool:
    return inspect.isasyncgenfunction(function)


def context_manager(function: Any) -> bool:
    return _code(function) is _CONTEXT_MANAGER_CODE


def async_context_manager(function: Any) -> bool:
    # An SDK may put a warning around it, as Google GenAI 1.0 does around a connection.
    while _code(function) is not _ASYNC_CONTEXT_MANAGER_CODE and hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return _code(function) is _ASYNC_CONTEXT_MANAGER_CODE


KINDS: dict[str, Callable[[Any], bool]] = {
    "call": plain,
    "async_call": coroutine,
    "chosen_call": plain,
    "async_chosen_call": coroutine,
    "asked": plain,
    "async_asked": coroutine,
    "claimed_call": plain,
    "async_claimed_call": coroutine,
    "step": plain,
    "async_step": coroutine,
    "closing": plain_or_coroutine,
    "generator": generator,
    "generating": plain,
    "async_generator": async_generator,
    "async_generated": coroutine,
    "managed": context_manager,
    "async_managed": async_context_manager,
    "session": context_manager,
    "async_session": async_context_manager,
    "connection": plain,
    "async_connection": coroutine,
    "awaited_connection": plain,
    "connecting": plain,
    "async_connecting": coroutine,
    "future": plain,
    "part": generator,
    "async_part": async_generator,
    "aiteration": async_generator,
    "reciting": generator,
    "async_reciting": async_generator,
    "telling": plain_or_coroutine,
    "making": plain,
    "noting": plain,
    "async_noting": coroutine,
    "rebound": inspect.isclass,
    "remainder": plain,
    "duplex": plain,
    "async_duplex": plain,
    "async_events": coroutine,
    "async_duplex_events": coroutine,
    "leaving": plain,
    "async_leaving": coroutine,
    "departing": plain,
    "hosting": plain,
    "async_hosting": coroutine,
    "hosted": plain,
    "dialogue": generator,
    "dialogue_connection": plain,
}
"""By the name of the shape. Add a line for a shape of your own."""
