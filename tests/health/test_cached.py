"""Values that are made once for all who ask."""

from __future__ import annotations

import threading

import pytest

from otel_voice.health.cached import Cached


def test_a_value_is_made_anew_when_it_is_old() -> None:
    """And not before."""
    now, made = [0.0], iter(range(10))
    cached = Cached(lambda: next(made), 1.0, lambda: now[0])
    assert [cached.get().result(30), cached.get().result(30)] == [0, 0]
    now[0] = 0.99
    assert cached.get().result(30) == 0
    now[0] = 1.0
    assert cached.get().result(30) == 1


@pytest.mark.parametrize("error", [ValueError(), SystemExit(), KeyboardInterrupt()])
def test_who_waits_is_told_of_a_failure(error: BaseException) -> None:
    """Whatever it is: nobody waits for ever, and nobody is ended by it."""

    def fails() -> None:
        raise error

    with pytest.raises(RuntimeError, match=type(error).__name__):
        Cached(fails, 1.0).get().result(30)


def test_a_thread_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the end of the interpreter."""

    def cannot(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", cannot)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        Cached(int, 1.0).get().result(30)


def test_in_a_forked_child_it_is_made_anew() -> None:
    """The thread that was making it exists in the parent only."""
    gate = threading.Event()
    cached = Cached(lambda: gate.wait(30), 1.0)
    pending = cached.get()
    cached._forget()
    assert cached.get() is not pending
    gate.set()
