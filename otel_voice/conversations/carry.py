"""Carries the named conversation into threads and executors. Tasks carry it by themselves.

Installed when a program first names a conversation, so that a program that never does keeps its threads untouched.
Only our own variable travels: the program's context variables behave as ever.
"""

from __future__ import annotations

import concurrent.futures
import functools
import threading
from collections.abc import Callable
from typing import Any

from otel_voice.conversations.model import Conversation
from otel_voice.conversations.tracker import current

_lock = threading.Lock()
_installed = False


def into_threads() -> None:
    """Make new threads and submitted work belong to the conversation of whoever starts them. Once is enough."""
    global _installed
    with _lock:
        if _installed:
            return
        _installed = True
    threading.Thread.start = _starting(threading.Thread.start)  # type: ignore[method-assign]
    executor = concurrent.futures.ThreadPoolExecutor
    executor.submit = _submitting(executor.submit)  # type: ignore[method-assign]


def _starting(start: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(start)
    def started(thread: threading.Thread) -> Any:
        conversation = current.get()
        if conversation is not None and not _is_worker(thread):
            thread.run = _within(conversation, thread.run)  # type: ignore[method-assign]
        return start(thread)

    return started


def _submitting(submit: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(submit)
    def submitted(executor: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        conversation = current.get()
        if conversation is None:
            return submit(executor, fn, *args, **kwargs)
        return submit(executor, _within(conversation, fn), *args, **kwargs)

    return submitted


def _is_worker(thread: threading.Thread) -> bool:
    """A pool's worker outlives the conversation that happened to start it; its work is carried one by one."""
    target = getattr(thread, "_target", None)
    return getattr(target, "__module__", "") == "concurrent.futures.thread"


def _within(conversation: Conversation, fn: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(fn)
    def carried(*args: Any, **kwargs: Any) -> Any:
        token = current.set(conversation)
        try:
            return fn(*args, **kwargs)
        finally:
            current.reset(token)

    return carried
