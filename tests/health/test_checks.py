"""Checks: how they are registered, and that whatever they do there is a result."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import otel_voice
from otel_voice.health import checks as the_checks
from otel_voice.health.checks import Check, Checks
from otel_voice.health.examination import Examiner, Result, Status


def examined(function: Callable[[], Any], **options: Any) -> Result:
    [result] = Examiner().examine([Check("it", function, **options)]).results
    return result


def raises(error: BaseException) -> Callable[[], None]:
    def check() -> None:
        raise error

    return check


async def later(value: Any = None) -> Any:
    await asyncio.sleep(0)
    return value


class UnwritableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even that")


@pytest.mark.parametrize("function", [lambda: None, lambda: True, later, lambda: later(True)])
def test_a_check_passes_by_returning_nothing_or_true(function: Callable[[], Any]) -> None:
    """Synchronous, asynchronous, and a plain function that returns something to await."""
    assert (examined(function).ok, examined(function).detail) == (True, "")


def test_a_text_says_more() -> None:
    """It passes, and the text is shown in one line, without secrets and cut."""
    assert examined(lambda: "3 of 10\nused").detail == "3 of 10 used"
    assert examined(lambda: "key sk-abcdefghijklmnop1234567890").detail == "key [secret]"
    assert len(examined(lambda: "x" * 1_000_000).detail) < 300


@pytest.mark.parametrize(
    ("function", "detail"),
    [
        (lambda: False, "returned False"),
        (lambda: 42, "returned int: a check returns None, True, False or a text"),
        (lambda: later([1]), "returned list: a check returns None, True, False or a text"),
        (raises(ValueError("no\npostgres://bot:hunter22@db")), "ValueError: no postgres://bot:[secret]@db"),
        (raises(SystemExit(3)), "SystemExit: 3"),
        (raises(KeyboardInterrupt()), "KeyboardInterrupt"),
        (raises(UnwritableError()), "UnwritableError"),
    ],
)
def test_a_failure_is_told_and_ends_nothing(function: Callable[[], Any], detail: str) -> None:
    """Whatever is raised or returned; what is private in it is not told."""
    assert (examined(function).ok, examined(function).detail) == (False, detail)


def test_a_check_that_hangs_fails_by_its_timeout_and_is_not_asked_again_meanwhile() -> None:
    """One thread hangs, however often somebody asks; when it comes back it is asked anew."""
    let_go, asked = threading.Event(), []
    hanging = Check("it", lambda: asked.append(1) or let_go.wait(30), timeout=0.05)
    examiner = Examiner()
    for _ in range(3):
        [result] = examiner.examine([hanging]).results
        assert not result.ok and "no answer" in result.detail and "timeout is 0.05 s" in result.detail
    assert len(asked) == 1
    let_go.set()
    assert _until(lambda: examiner.examine([hanging]).results[0].ok)


def test_an_asynchronous_check_that_hangs_fails_by_its_timeout() -> None:
    """And it is cancelled."""
    result = examined(lambda: asyncio.sleep(3600), timeout=0.05)
    assert not result.ok


def test_checks_are_asked_in_parallel() -> None:
    """Each waits until both are asked."""
    both = threading.Barrier(2)
    checks = [Check(name, lambda: both.wait(20) < 2) for name in ("a", "b")]
    assert [result.ok for result in Examiner().examine(checks).results] == [True, True]


async def test_an_asynchronous_check_runs_on_the_loop_in_which_it_was_registered() -> None:
    """What it uses is bound to that loop."""
    here = asyncio.get_running_loop()

    @otel_voice.register_check("pool")
    async def pool() -> bool:
        return asyncio.get_running_loop() is here

    [result] = (await asyncio.to_thread(Examiner().examine, the_checks.CHECKS.all())).results
    assert result.ok, result


@pytest.mark.parametrize("critical", [True, False])
def test_only_a_critical_check_makes_the_process_fail(critical: bool) -> None:
    """The others degrade it."""
    report = Examiner().examine([Check("it", bool, critical=critical)])
    assert report.status is (Status.FAILED if critical else Status.DEGRADED)


def test_what_is_decorated_stays_what_it_is() -> None:
    """The decorator gives the function back, with options too; and a check can be taken back."""

    @otel_voice.register_check("a", critical=False, timeout=1)
    def function() -> None:
        """Its own."""

    assert function.__doc__ == "Its own."
    assert otel_voice.register_check("b", function) is function
    assert [(each.name, each.critical, each.timeout) for each in the_checks.CHECKS.all()] == [
        ("a", False, 1.0),
        ("b", True, 2.0),
    ]
    otel_voice.health.unregister_check("a")
    assert [each.name for each in the_checks.CHECKS.all()] == ["b"]


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "ä", "-a", "a" * 65, 'x"}', None, 7])
def test_a_name_with_odd_characters_is_refused(name: Any) -> None:
    """It becomes a label; the error shows the name and says what is allowed."""
    with pytest.raises(ValueError, match="letters, digits") as refused:
        otel_voice.register_check(name, bool)
    assert repr(name) in str(refused.value)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_timeout_that_is_not_above_zero_is_refused(timeout: float) -> None:
    """The error names the check."""
    with pytest.raises(ValueError, match="'it' must be seconds above 0"):
        otel_voice.register_check("it", bool, timeout=timeout)


@pytest.mark.parametrize("timeout", ["2", None, True])
def test_a_timeout_that_is_no_number_is_refused(timeout: Any) -> None:
    """Neither a text nor a truth value is one."""
    with pytest.raises(TypeError, match="'it' is a number of seconds"):
        otel_voice.register_check("it", bool, timeout=timeout)


def test_what_is_no_function_is_refused() -> None:
    """Such as the result of a call that was made too early."""
    with pytest.raises(TypeError, match="takes a function, not int"):
        otel_voice.register_check("it", 3)  # type: ignore[call-overload]


def test_a_name_that_is_taken_is_refused() -> None:
    """The error says how to go on; the first stays."""
    checks = Checks()
    checks.add(Check("db", bool))
    with pytest.raises(ValueError, match=r"'db' is registered already.*unregister_check"):
        checks.add(Check("db", bool))
    with pytest.raises(KeyError, match="there are db"):
        checks.remove("pool")


def _until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not holds():
        if time.monotonic() > deadline:
            return False
    return True
