"""The service itself: whether it runs, what its checks say, whether its event loop answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from otel_voice.monitoring.rules import words
from otel_voice.monitoring.rules.promql import by, increase, quantile
from otel_voice.monitoring.rules.records import CRITICAL, WARNING, Alert, Recording
from otel_voice.monitoring.series import label, series
from otel_voice.monitoring.values import Values
from otel_voice.telemetry.names import (
    METRIC_VOICE_EVENT_LOOP_LAG,
    METRIC_VOICE_HEALTH_CHECK_STATUS,
    METRIC_VOICE_PROCESS_UP,
    VOICE_HEALTH_CHECK_CRITICAL,
    VOICE_HEALTH_CHECK_NAME,
)

DASHBOARD: Final = "voice-call-health"

_UP: Final = series(METRIC_VOICE_PROCESS_UP).value
_SEEN: Final = "process:voice_process_up:timestamp"


def recordings() -> Iterator[Recording]:
    """When each process was heard of last: afterwards it cannot be asked."""
    yield Recording(_SEEN, f"timestamp({_UP})")


def alerts(values: Values) -> Iterator[Alert]:
    """Those about the service."""
    yield _down(values)
    yield _health_check(values)
    yield _event_loop(values)


def _down(values: Values) -> Alert:
    """Silence of a service whose newest process did not say that it ends.

    While the Collector is down nobody is heard of, which is an alert of its own.
    """
    name = "VoiceServiceDown"
    asked = values.alert(name)
    crashed, ended = (_last_seen(last, asked.window) for last in (1, 0))
    silent = f"(time() - {crashed} > {asked.threshold:g})\nunless {ended} >= {crashed}"
    missing = "".join(
        f'\nor absent_over_time({_UP}{{service_name="{service}"}}[1m])' for service in map(_quoted, values.services)
    )
    return Alert(
        name,
        CRITICAL,
        f'({silent}{missing})\nunless on () min(min_over_time(up{{job="otelcol"}}[1m])) == 0',
        when=f"a service was not heard of for {words.seconds(asked.threshold)} though it did not say that it ends, or "
        "one of `services` does not run",
        summary="{{ $labels.service_name }} is down",
        description=f"{words.SERVICE}: no process of it was heard of for {words.seconds(asked.threshold)} and then "
        f"{asked.for_}, and none said that it ends.",
        dashboard=DASHBOARD,
    )


def _last_seen(last_said: int, window: str) -> str:
    """When the newest of a service's processes was heard of whose last word is this one."""
    return f"max {by()} (last_over_time({_SEEN}[{window}]) and last_over_time({_UP}[{window}]) == {last_said})"


def _quoted(service: str) -> str:
    return service.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _health_check(values: Values) -> Alert:
    check = label(VOICE_HEALTH_CHECK_NAME)
    critical = f'{{{label(VOICE_HEALTH_CHECK_CRITICAL)}="true"}}'
    return Alert(
        "VoiceHealthCheckFailing",
        CRITICAL,
        f"min {by(check)} ({series(METRIC_VOICE_HEALTH_CHECK_STATUS).value}{critical}) == 0",
        when="a critical health check fails: a database, a dependency, the export of telemetry",
        summary=f"{{{{ $labels.{check} }}}} of {{{{ $labels.service_name }}}} fails",
        description=f"{words.SERVICE}: the critical health check {{{{ $labels.{check} }}}} fails. "
        "/health/detailed of the service says why.",
        dashboard=DASHBOARD,
    )


def _event_loop(values: Values) -> Alert:
    name = "VoiceEventLoopBlocked"
    asked = values.alert(name)
    lag = series(METRIC_VOICE_EVENT_LOOP_LAG)
    return Alert(
        name,
        WARNING,
        f"{quantile(0.99, lag.bucket, asked.window)}\n  > {asked.threshold:g}\n"
        f"and {increase(lag.count, asked.window)} >= {asked.minimum:g}",
        when=f"p99 of an event loop's lag is over {words.seconds(asked.threshold)}",
        summary=f"an event loop of {{{{ $labels.service_name }}}} is blocked for {words.SECONDS}",
        description=f"{words.SERVICE}: p99 of the event loop's lag is {words.SECONDS} over the last {asked.window}; "
        f"the threshold is {words.seconds(asked.threshold)}. Audio stutters meanwhile. "
        "The event voice.event_loop.blocked in the logs has the stack.",
        dashboard="voice-system",
    )
