"""The way of telemetry itself: what is lost, refused, or does not get on.

VoiceTelemetryLost is the page; those of the Collector say where to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from otel_voice.monitoring.rules import words
from otel_voice.monitoring.rules.promql import by, grown
from otel_voice.monitoring.rules.records import CRITICAL, WARNING, Alert
from otel_voice.monitoring.series import label, series
from otel_voice.monitoring.values import Values
from otel_voice.telemetry.names import (
    METRIC_VOICE_AUDIT_LOST,
    METRIC_VOICE_AUDIT_UNWRITTEN,
    METRIC_VOICE_LOG_DROPPED,
    VOICE_REASON,
)

DASHBOARD: Final = "voice-system"

_ITEMS: Final = ("spans", "metric_points", "log_records")
_COMPLIANCE: Final = 'exporter="otlp_http/loki_compliance"'
_WHERE: Final = "lost_by"


def alerts(values: Values) -> Iterator[Alert]:
    """Those about the pipeline."""
    yield _lost(values)
    yield _audit(values)
    yield _queue(values)
    yield _dropping(values)
    yield _refusing(values)


def _lost(values: Values) -> Alert:
    name = "VoiceTelemetryLost"
    asked = values.alert(name)
    causes = {
        "the Collector": f"sum({_of_each('enqueue_failed', asked.window)})\n  "
        f"or sum({_of_each('send_failed', asked.window)})",
        "the program's logs": f"sum {by()} ({grown(_logs(), asked.window)})",
        "the program's spans": _sdk("span", asked.window),
        "the program's exported logs": _sdk("log", asked.window),
    }
    over = [_named(f"({cause}) > {asked.threshold:g}", _WHERE, where) for where, cause in causes.items()]
    away = _named('sum(1 - up{job="otelcol"}) > 0', _WHERE, "the Collector, which does not run")
    return Alert(
        name,
        CRITICAL,
        "\nor ".join((away, *over)),
        when="the Collector does not run or gave telemetry up, or a program dropped some because of a full queue or a "
        "failed write",
        summary=f"telemetry is lost by {{{{ $labels.{_WHERE} }}}}",
        description=f"{words.IF_SERVICE}{words.NUMBER} items in the last {asked.window}, lost by "
        f"{{{{ $labels.{_WHERE} }}}}. What is not there cannot be shown: dashboards and alerts tell too little "
        "meanwhile.",
        dashboard=DASHBOARD,
    )


def _logs() -> str:
    # A burst of the same line is cut on purpose.
    return f'{series(METRIC_VOICE_LOG_DROPPED).total}{{{label(VOICE_REASON)}!="burst"}}'


def _sdk(item: str, window: str) -> str:
    """What the SDK counts, where OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED is on."""
    dropped = f'otel_sdk_processor_{item}_processed_total{{error_type="queue_full"}}'
    return f"sum {by()} ({grown(dropped, window)})"


def _of_each(counter: str, window: str) -> str:
    """A counter of the Collector's exporters, of spans, points and records."""
    return "\n    or ".join(grown(_own(f"exporter_{counter}_{item}"), window) for item in _ITEMS)


def _own(counter: str) -> str:
    """A counter of the Collector's own: by its version and settings it is called _total, or it is not."""
    return f'{{__name__=~"otelcol_{counter}(_total)?"}}'


def _named(expression: str, name: str, value: str) -> str:
    return f'label_replace({expression},\n  "{name}", "{value}", "", "")'


def _audit(values: Values) -> Alert:
    name = "VoiceAuditBlocked"
    asked = values.alert(name)
    waiting = (
        f"max(otelcol_exporter_queue_size{{{_COMPLIANCE}}})\n  / max(otelcol_exporter_queue_capacity{{{_COMPLIANCE}}})"
    )
    blocked = [
        _named(f"sum {by()} ({grown(series(metric).total, asked.window)}) > 0", "blocked", blocked)
        for metric, blocked in (
            (METRIC_VOICE_AUDIT_UNWRITTEN, "the spool on disk took no records"),
            (METRIC_VOICE_AUDIT_LOST, "records were lost"),
        )
    ]
    full = _named(f"{waiting} > {asked.threshold:g}", "blocked", "the Collector's queue of audit records is full")
    return Alert(
        name,
        CRITICAL,
        "\nor ".join((*blocked, full)),
        when="audit records cannot be written to disk or were lost, or the Collector's queue for them is over "
        f"{words.percent(asked.threshold)} full",
        summary="audit records do not get on: {{ $labels.blocked }}",
        description=f"{words.IF_SERVICE}{{{{ $labels.blocked }}}} (measured: {words.NUMBER}; of the queue, "
        f"{words.percent(asked.threshold)} are an alert). A program waits, or "
        "refuses to do what it may not do unrecorded, until this is mended.",
        dashboard=DASHBOARD,
    )


def _queue(values: Values) -> Alert:
    name = "OtelcolQueueNearlyFull"
    asked = values.alert(name)
    return Alert(
        name,
        WARNING,
        "max by (exporter, data_type) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity) "
        f"> {asked.threshold:g}",
        when=f"a queue of the Collector is over {words.percent(asked.threshold)} full",
        summary=f"the queue of {{{{ $labels.exporter }}}} is {words.PERCENT} full",
        description=f"The Collector's queue of {{{{ $labels.data_type }}}} for {{{{ $labels.exporter }}}} is "
        f"{words.PERCENT} full; the threshold is {words.percent(asked.threshold)}. When it is full, what comes in is "
        "refused.",
        dashboard=DASHBOARD,
    )


def _dropping(values: Values) -> Alert:
    name = "OtelcolDroppingData"
    asked = values.alert(name)
    dropped = [
        f"sum by (exporter) ({_of_each(counter, asked.window)}) > {asked.threshold:g}"
        for counter in ("enqueue_failed", "send_failed")
    ]
    return Alert(
        name,
        WARNING,
        "\nor ".join(dropped),
        when="the Collector gave up what an exporter should have sent",
        summary="{{ $labels.exporter }} drops data",
        description=f"The Collector's exporter {{{{ $labels.exporter }}}} dropped {words.NUMBER} items in the last "
        f"{asked.window}: its queue is full, or its backend refuses them for good.",
        dashboard=DASHBOARD,
    )


def _refusing(values: Values) -> Alert:
    name = "OtelcolRefusing"
    asked = values.alert(name)
    refused = "\n  or ".join(grown(_own(f"receiver_refused_{item}"), asked.window) for item in _ITEMS)
    return Alert(
        name,
        WARNING,
        f"sum by (receiver) ({refused}) > {asked.threshold:g}",
        when="the Collector refuses what programs send",
        summary="{{ $labels.receiver }} refuses data: over the memory limit?",
        description=f"The Collector's receiver {{{{ $labels.receiver }}}} refused {words.NUMBER} items in the last "
        f"{asked.window}. Senders try again, and drop when their own queues are full.",
        dashboard=DASHBOARD,
    )
