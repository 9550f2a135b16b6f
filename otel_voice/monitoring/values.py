"""The one file of values: what is too much, what is promised, where links lead, who is told.

A file of somebody's own says only what differs from the shipped one. Nothing unknown is passed over: a misspelt name
would leave an alert as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from otel_voice.monitoring.reading import Value, read
from otel_voice.telemetry.names import METRIC_VOICE_TURN_RESPONSE_LATENCY, METRICS

PATH: Final = "collector/alerts.yaml"
"""Where the file is, below the stack's folder."""

FASTEST_BURN: Final = 14.4
"""The highest burn rate that an objective's alert asks for; 1 / (1 - target) is the highest that there can be."""

_SECTIONS: Final = ("alerts", "objectives", "services", "links", "routing", "receivers")
_FREE: Final = "receivers"
"""The section whose names are its owner's; otel_voice/monitoring/routing reads it."""

SHARES: Final = frozenset(
    {
        "VoiceErrorRateCritical",
        "VoiceErrorRateHigh",
        "VoiceIntegrationFailing",
        "VoiceCallFailureRateCritical",
        "VoiceAuditBlocked",
        "VoiceHostCpuCritical",
        "VoiceHostCpuHigh",
        "VoiceHostMemoryCritical",
        "VoiceHostMemoryHigh",
        "VoiceHostDiskFull",
        "VoiceSuccessRateLow",
        "OtelcolQueueNearlyFull",
    }
)
"""The alerts whose threshold is a share of a whole: 10 where 0.10 is meant would never fire."""


@dataclass(frozen=True)
class AlertValues:
    """What an alert asks. It has what the shipped file gives it; the rest stays as it is here."""

    enabled: bool = True
    threshold: float = 0.0
    window: str = "5m"
    for_: str = "0s"
    """How long it must last before it is told."""
    minimum: float = 1.0
    """How much there must be in the window."""
    floor: float = 0.0
    """Below this it is never unusual."""


@dataclass(frozen=True)
class Objective:
    """A promise: the share of calls or turns that must be good."""

    target: float
    seconds: float = 0.0
    """Until when an answer is in time; 0 where the promise is not about time."""


@dataclass(frozen=True)
class Links:
    """Where the links in alerts and dashboards lead, without a slash at the end."""

    grafana: str
    prometheus: str
    alertmanager: str
    jaeger: str
    runbooks: str
    """Empty where they are read in a dashboard of the stack."""


@dataclass(frozen=True)
class Values:
    """A file of values that was read and is sound, receivers excepted."""

    alerts: Mapping[str, AlertValues]
    latency: Objective
    availability: Objective
    services: tuple[str, ...]
    links: Links
    routing: Value
    """When alerts are told; the room of routes reads it."""
    receivers: Value
    """As it stands in the file; the room of routes reads it, and refuses what it does not know."""

    def alert(self, name: str) -> AlertValues:
        """What the alert asks; raises KeyError when there is none of that name."""
        return self.alerts[name]


def shipped_values(text: str) -> Values:
    """Those of the shipped file."""
    return _values(read(text, PATH))


def own_values(shipped: str, own: str, file: str) -> Values:
    """Those of the shipped file, as far as somebody's own says nothing else. Raises ValuesError, which names `file`."""
    mine = read(own, file)
    return _values(_over(read(shipped, PATH), mine))


def _over(below: Value, above: Value) -> Value:
    """The upper one's values over the lower one's. What the lower one does not know is refused."""
    content = dict(below.content)
    sections = above.known(_SECTIONS)
    for name, section in sections.items():
        content[name] = section.content if name == _FREE else _merged(content[name], section)
    return Value(above.file, "", content)


def _merged(below: Any, above: Value) -> Any:
    if not isinstance(below, Mapping):
        return above.content
    extra = ("enabled",) if above.path.startswith("alerts.") else ()
    entries = above.known([*below, *extra])
    return {**below, **{key: _merged(below.get(key), entry) for key, entry in entries.items()}}


def _values(file: Value) -> Values:
    sections = file.mapping()
    objectives = sections["objectives"].mapping()
    return Values(
        alerts={name: _alert(name, entry) for name, entry in sections["alerts"].mapping().items()},
        latency=_latency(objectives["latency"]),
        availability=Objective(_target(objectives["availability"].mapping()["target"])),
        services=tuple(service.text() for service in sections["services"].listed()),
        links=Links(**{name: _link(name, link) for name, link in sections["links"].mapping().items()}),
        routing=sections["routing"],
        receivers=sections[_FREE],
    )


def _alert(name: str, entry: Value) -> AlertValues:
    read: dict[str, Callable[[Value], Any]] = {
        "enabled": Value.truth,
        "threshold": _share if name in SHARES else Value.number,
        "window": lambda value: value.duration(60),
        "for": Value.duration,
        "minimum": lambda value: value.number(1),
        "floor": Value.number,
    }
    parts = {key: read[key](value) for key, value in entry.mapping().items()}
    return AlertValues(**{"for_" if key == "for" else key: part for key, part in parts.items()})


def _share(value: Value) -> float:
    return value.number(0, 1)


def _latency(entry: Value) -> Objective:
    parts = entry.mapping()
    boundaries = METRICS[METRIC_VOICE_TURN_RESPONSE_LATENCY].buckets or ()
    seconds = parts["seconds"].number()
    if seconds not in boundaries:
        allowed = ", ".join(f"{boundary:g}" for boundary in boundaries)
        raise parts["seconds"].refused(
            f"a bucket boundary of {METRIC_VOICE_TURN_RESPONSE_LATENCY} is allowed: {allowed}"
        )
    return Objective(_target(parts["target"]), seconds)


def _link(name: str, value: Value) -> str:
    return "" if name == "runbooks" and value.content == "" else value.address()


def _target(value: Value) -> float:
    target = value.number(0, 1)
    least = 1 - 1 / FASTEST_BURN
    if not least < target < 1:
        raise value.refused(
            f"a share above {least:.4f} and below 1 is allowed; with a lower one nothing can burn {FASTEST_BURN} times"
        )
    return target
