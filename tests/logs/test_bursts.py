"""A burst is limited, and how much of it was suppressed is told once, when its second is over."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable

import pytest
import structlog
from loguru import logger

from otel_voice.logs.bursts import WINDOW, Bursts, Suppressed
from tests.logs.conftest import Begin, bodies
from tests.signals import Signals


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def lets(bursts: Bursts, key: object, last: object) -> bool:
    if not bursts.is_over(key):
        return True
    bursts.suppress(key, last)
    return False


def test_a_burst_is_told_when_the_next_record_comes() -> None:
    told: list[Suppressed] = []
    clock = Clock()
    bursts = Bursts(2, told.append, clock)
    passed = [lets(bursts, "a", number) for number in range(5)]
    assert (passed, told) == ([True, True, False, False, False], [])
    assert lets(bursts, "b", None)
    clock.now += WINDOW
    assert lets(bursts, "a", 5)
    assert told == [Suppressed(3, 4)]


def test_a_burst_is_told_when_no_record_comes() -> None:
    """At the end of its second, by a thread of its own."""
    told: list[Suppressed] = []
    arrived = threading.Event()
    bursts = Bursts(1, lambda suppressed: (told.append(suppressed), arrived.set()), Clock())  # type: ignore[func-returns-value]
    for number in range(3):
        lets(bursts, "a", number)
    assert arrived.wait(20)
    assert told == [Suppressed(2, 2)]


def test_messages_that_differ_each_time_are_not_kept_for_ever() -> None:
    bursts = Bursts(1, lambda _: None, Clock())
    assert all(lets(bursts, number, None) for number in range(10_000))
    assert len(bursts._windows) <= 1024


def test_the_rest_of_a_burst_is_one_record(begin: Begin, signals: Signals) -> None:
    """Of the same logger and level, with the count; counted also as metric; security and audit are never suppressed."""
    logs = begin(log_burst=3)
    log = logging.getLogger("agent")
    for number in range(10):
        log.warning("frame %d", number)
        log.warning("denied %d", number, extra={"voice.log.category": "security"})
    logs.flush()
    assert [body for body in bodies(signals) if body.startswith("frame")] == ["frame 0", "frame 1", "frame 2"]
    assert len([body for body in bodies(signals) if body.startswith("denied")]) == 10
    rest = signals.logs()[-1]
    assert rest.log_record.body == "7 more within 1 s were suppressed, the last of them: frame 9"
    assert rest.log_record.attributes["voice.log.suppressed"] == 7
    assert (rest.instrumentation_scope.name, rest.log_record.severity_text) == ("agent", "WARN")
    [point] = signals.points("voice.log.dropped")
    assert (point.value, dict(point.attributes)) == (7, {"voice.log.category": "app", "voice.reason": "burst"})


def test_what_threads_suppress_is_told_to_the_last_record() -> None:
    """Whoever renews a window, tells of it or suppresses at the same moment."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns within what is to be whole
    told: list[Suppressed] = []
    clock, passed = Clock(), [0] * 8
    bursts = Bursts(3, told.append, clock)

    def say(name: int) -> None:
        for number in range(2_000):
            passed[name] += lets(bursts, number % 3, name)
            if number % 50 == 0:
                clock.now += WINDOW / 2
            if number % 70 == 0:
                bursts.tell_all()

    threads = [threading.Thread(target=say, args=(name,)) for name in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    sys.setswitchinterval(before)
    bursts.tell_all()
    assert sum(passed) + sum(each.records for each in told) == 8 * 2_000


def test_bursts_of_too_many_messages_are_told_before_they_are_forgotten() -> None:
    told: list[Suppressed] = []
    bursts = Bursts(1, told.append, Clock())
    for key in range(1_100):
        for number in range(3):
            lets(bursts, key, number)
    bursts.tell_all()
    assert sum(each.records for each in told) == 2 * 1_100


def by_loguru(number: int) -> None:
    logger.warning("frame {}", number)


def by_structlog(number: int) -> None:
    structlog.get_logger().warning("frame", number=number)


@pytest.mark.parametrize("say", [by_loguru, by_structlog])
def test_a_burst_of_every_library_is_limited(begin: Begin, signals: Signals, say: Callable[[int], None]) -> None:
    """A message is known by what it was before its arguments."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    logs = begin(log_burst=3)
    for number in range(10):
        say(number)
    logs.flush()
    assert len(signals.logs()) == 4
    assert signals.logs()[-1].log_record.attributes["voice.log.suppressed"] == 7
