"""What the settings of the OpenTelemetry SDK may hold, variable by variable."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from otel_voice.export.defaults import SIGNALS

PER_SIGNAL = ("", *(f"{signal.upper()}_" for signal in SIGNALS))
OURS = "otel_voice's default"


# Each method that is generated takes its part of every start; these nobody calls.
@dataclass(frozen=True, eq=False, repr=False)
class Check:
    """What some variables may hold. `good` raises ValueError, or returns False, for a text they may not."""

    names: tuple[str, ...]
    allowed: Callable[[], str]
    good: Callable[[str], bool]
    instead: str


def says(text: str) -> Callable[[], str]:
    """The choices, when they are known without a look at what is installed."""
    return lambda: text


def above_zero(text: str) -> bool:
    """A finite number above 0."""
    return math.isfinite(float(text)) and float(text) > 0


def whole(text: str) -> bool:
    """A whole number, 0 or more."""
    return int(text) >= 0


def whole_above_zero(text: str) -> bool:
    """A whole number above 0."""
    return int(text) > 0


def fraction(text: str) -> bool:
    """A number from 0 to 1."""
    return 0 <= float(text) <= 1


def _among(names: Iterable[str], *choices: str, instead: str) -> Check:
    return Check(tuple(names), says(", ".join(choices)), lambda text: text in choices, instead)


def _installed(group: str) -> set[str]:
    from opentelemetry.util._importlib_metadata import entry_points

    return {entry_point.name for entry_point in entry_points(group=group)}


def _plugin(name: str, group: str, default: str) -> Check:
    """The name of an installed plug-in. The default is not looked up: reading the metadata takes 10 ms."""

    def good(text: str) -> bool:
        return text == default or text in _installed(group)

    return Check((name,), lambda: ", ".join(sorted(_installed(group))), good, default)


def _exporters(signal: str) -> Check:
    group = f"opentelemetry_{signal}_exporter"

    def good(text: str) -> bool:
        names = {name.strip() for name in text.split(",")}
        return text.lower() == "none" or names <= {"otlp"} or names <= _installed(group)

    def allowed() -> str:
        return f"none, or a comma list of {', '.join(sorted(_installed(group)))}"

    return Check((f"OTEL_{signal.upper()}_EXPORTER",), allowed, good, "otlp")


def _otlp(suffix: str) -> tuple[str, ...]:
    return tuple(f"OTEL_EXPORTER_OTLP_{signal}{suffix}" for signal in PER_SIGNAL)


def _processors(*suffixes: str) -> tuple[str, ...]:
    return tuple(f"OTEL_{processor}_{suffix}" for processor in ("BSP", "BLRP") for suffix in suffixes)


_COMPRESSION = ("none", "gzip", "deflate")

_LIMITS = (
    *(f"OTEL_{kind}ATTRIBUTE_COUNT_LIMIT" for kind in ("", "SPAN_", "EVENT_", "LINK_", "LOGRECORD_")),
    *(f"OTEL_{kind}ATTRIBUTE_VALUE_LENGTH_LIMIT" for kind in ("", "SPAN_", "LOGRECORD_")),
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
)

CHECKS: tuple[Check, ...] = (
    *(_exporters(signal) for signal in SIGNALS),
    _among(_otlp("PROTOCOL"), "grpc", "http/protobuf", instead="http/protobuf"),
    Check(_otlp("COMPRESSION"), says(", ".join(_COMPRESSION)), lambda text: text.lower() in _COMPRESSION, "none"),
    Check(_otlp("TIMEOUT"), says("seconds above 0"), above_zero, "10"),
    _plugin("OTEL_TRACES_SAMPLER", "opentelemetry_traces_sampler", "parentbased_always_on"),
    _plugin("OTEL_PYTHON_ID_GENERATOR", "opentelemetry_id_generator", "random"),
    _among(
        ["OTEL_METRICS_EXEMPLAR_FILTER"],
        "always_on",
        "always_off",
        "trace_based",
        instead="trace_based",
    ),
    Check(
        _processors("MAX_QUEUE_SIZE", "MAX_EXPORT_BATCH_SIZE", "SCHEDULE_DELAY"),
        says("a whole number above 0"),
        whole_above_zero,
        OURS,
    ),
    Check(
        ("OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT"),
        says("milliseconds above 0"),
        above_zero,
        OURS,
    ),
    Check(_LIMITS, says("a whole number, 0 or more"), whole, "the SDK's default"),
)
