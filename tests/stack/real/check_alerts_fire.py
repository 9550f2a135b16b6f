"""Alerts that fire for real: the faults of a bad day, through the Collector, Prometheus, Loki and Alertmanager.

One day for everything. The rules are those that are shipped, with short windows and no patience; where a cause would
need a machine or a bill of its own, the threshold is lowered and the rest is real.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

from otel_voice.monitoring.values import PATH, Values, own_values
from tests.stack.binaries import ROOT
from tests.stack.real.letterbox import Letterbox
from tests.stack.real.otlp import counter
from tests.stack.real.programs import eventually
from tests.stack.real.watched import WatchedStack

pytestmark = pytest.mark.timeout(300)

SHIPPED = (ROOT / PATH).read_text()
ALERTS: dict[str, dict[str, Any]] = yaml.safe_load(SHIPPED)["alerts"]

# What cannot be caused here; promtool tells that these fire.
NOT_HERE = {
    "VoiceInterruptionsUnusual": "needs a day of history to be unusual against",
    "VoiceDeadAirUnusual": "needs a day of history to be unusual against",
    "VoiceUnderrunsUnusual": "needs a day of history to be unusual against",
    "OtelcolQueueNearlyFull": "a queue fills when a backend is away for long; check_full_queue.py has it full",
    "OtelcolRefusing": "the Collector refuses at its memory limit; check_memory_limit.py has it refuse",
}
# The cause is there and is small: no machine is filled, and no money spent, for a test.
LOWERED: dict[str, dict[str, Any]] = {
    "VoiceHostCpuCritical": {"threshold": 0.0},
    "VoiceHostCpuHigh": {"threshold": 0.0},
    "VoiceHostMemoryCritical": {"threshold": 0.01},
    "VoiceHostMemoryHigh": {"threshold": 0.01},
    "VoiceHostDiskFull": {"threshold": 0.01},
    "VoiceCostOverBudget": {"threshold": 0.001},
    # Seconds that a process that was killed may be silent; the window is how long it is remembered.
    "VoiceServiceDown": {"threshold": 10, "window": "1h"},
}
# Caused last: Prometheus takes nothing of a request that has a point which it refuses.
LOST = {"VoiceTelemetryLost", "OtelcolDroppingData"}
# Those that end a minute after their cause.
ENDING = ("VoiceErrorRateCritical", "VoiceCallFailureRateCritical", "VoiceIntegrationFailing", "VoiceRetryRateHigh")


def hasty_values(letterbox: Letterbox) -> Values:
    """The shipped values with windows of a minute and no patience, and everybody told at once on loopback."""
    mine = {
        "alerts": {name: _hasty(name, asked) for name, asked in ALERTS.items()},
        "objectives": {"latency": {"seconds": 0.3}},
        "routing": {"group_wait": "1s", "group_interval": "2s"},
        "receivers": {"pagerduty": {"url": f"{letterbox.url}/pagerduty"}, "slack": {}, "teams": {}, "webhook": {}},
    }
    return own_values(SHIPPED, yaml.safe_dump(mine), "hasty.yaml")


def _hasty(name: str, asked: dict[str, Any]) -> dict[str, Any]:
    hasty = {"window": "1m", "for": "0s", "minimum": 1}
    kept = {key: value for key, value in hasty.items() if key in asked}
    return {**kept, **LOWERED.get(name, {})}


@dataclass
class Day:
    """What Alertmanager had in the course of a day, and has when it is over; what it told to whom."""

    stack: WatchedStack
    letterbox: Letterbox
    states: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """How each alert was seen: active, or suppressed by another one."""
    now: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Note what there is at this moment."""
        told = self.stack.alerts()
        self.now = {one["labels"]["alertname"] for one in told}
        for one in told:
            self.states[one["labels"]["alertname"]].add(one["status"]["state"])

    def missing(self) -> set[str]:
        """The alerts that should fire and were not seen yet."""
        return set(ALERTS) - set(NOT_HERE) - set(self.states)

    def told(self, path: str, *words: str) -> bool:
        """Whether somebody was sent something with all these words in it."""
        return any(all(word in json.dumps(letter) for word in words) for letter in self.letterbox.letters[path])


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("day")
    with Letterbox() as letterbox:
        addresses = {f"{kind}_url": f"{letterbox.url}/{kind}" for kind in ("slack", "teams", "webhook")}
        secrets = {"pagerduty_routing_key": "no-key", **addresses}
        stack = WatchedStack(folder, hasty_values(letterbox), secrets)
        try:
            stack.start()
            yield _lived(Day(stack, letterbox))
        finally:
            stack.stop()


def _lived(day: Day) -> Day:
    """The faults happen, their alerts come, and those whose cause is gone go."""
    command = (sys.executable, "-m", "otel_voice.cli.main", "demo", "--faults", "--endpoint", day.stack.endpoint)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as faults:
        while faults.poll() is None:
            day.look()
            time.sleep(1)
        assert faults.returncode == 0, faults.stderr and faults.stderr.read()
    _look_until(day, lambda: day.missing() <= LOST, 60)
    day.stack.send("metrics", refused_by_prometheus())
    _look_until(day, lambda: not day.missing(), 30)
    _look_until(day, lambda: day.now.isdisjoint(ENDING), 120)
    return day


def refused_by_prometheus() -> dict[str, Any]:
    """A point of somebody whose clock is three days behind: the Collector gives it up."""
    then = str(time.time_ns() - 3 * 86400 * 10**9)
    return counter("late", {}, timeUnixNano=then, startTimeUnixNano=then)


def _look_until(day: Day, true: Callable[[], bool], timeout: float) -> None:
    """Stops when it is true, or when it is late: a test says by name what did not come."""
    deadline = time.monotonic() + timeout
    while not true() and time.monotonic() < deadline:
        day.look()
        time.sleep(0.5)


@pytest.mark.parametrize("name", sorted(set(ALERTS) - set(NOT_HERE)))
def test_an_alert_fires(day: Day, name: str) -> None:
    """Its cause happened, and Alertmanager has been told."""
    assert name in day.states, f"{name} was never told; told were {sorted(day.states)}"


def test_what_cannot_be_caused_is_still_an_alert() -> None:
    """The list of exceptions names alerts that there are."""
    assert set(NOT_HERE) <= set(ALERTS)


@pytest.mark.parametrize("name", ENDING)
def test_an_alert_ends(day: Day, name: str) -> None:
    """The cause is gone for longer than the window."""
    assert name not in day.now


def test_an_outage_is_one_page(day: Day) -> None:
    """The warning is held back while the critical alert of the same thing is told."""
    assert day.states.get("VoiceActiveCallsCritical") == {"active"}
    assert "suppressed" in day.states.get("VoiceActiveCallsHigh", ())


def test_a_critical_fault_pages(day: Day) -> None:
    """From a model that refuses everything to PagerDuty and Slack, and to nobody else."""
    assert day.told("/pagerduty", "trigger", "VoiceProviderExhausted", "campaign")
    assert day.told("/slack", "VoiceProviderExhausted", "campaign")
    assert not day.told("/teams", "VoiceProviderExhausted")


def test_a_warning_wakes_nobody(day: Day) -> None:
    """From a queue that grows to Slack and Teams, and not to PagerDuty."""
    assert day.told("/slack", "VoiceQueueBacklog")
    assert day.told("/teams", "VoiceQueueBacklog")
    assert not day.told("/pagerduty", "VoiceQueueBacklog")


def test_an_information_is_only_posted(day: Day) -> None:
    """From a line of the program to the webhook alone."""
    assert day.told("/webhook", "New price list")
    assert not any(day.told(path, "New price list") for path in ("/pagerduty", "/slack", "/teams"))


def test_the_end_is_told(day: Day) -> None:
    """PagerDuty is told that it is over, so that nobody goes on looking."""
    eventually(lambda: day.told("/pagerduty", "resolve", "VoiceIntegrationFailing"), "the end of an alert", 30)
