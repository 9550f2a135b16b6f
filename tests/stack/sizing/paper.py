"""From what was measured to a million calls at once: every assumption has a name, every number a formula."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.stack.sizing.measured import Measured

DAY = 86_400
COLLECTION = 15  # seconds between collections, the distribution's default
GIB = 2**30
RETENTION_DAYS = {"app": 30, "access": 90, "performance": 90, "error": 365, "security": 2555, "audit": 2555}


@dataclass(frozen=True)
class Assumed:
    """What nobody measured here. For your own case change it; `python -m tests.stack.sizing.page` writes the page."""

    calls: int = 1_000_000
    call_minutes: float = 3.0
    calls_per_process: int = 25
    processes_per_host: int = 16
    # How much of what a core can carry it is given: the rest is for bursts, restarts and what a queue has to catch up.
    load: float = 0.5
    gateway_cores: int = 8
    # Of turns: with an error, slow or interrupted; the policy `rest` keeps a tenth of the others.
    interesting: float = 0.15
    rest: float = 0.10
    log_compression: float = 6.0
    span_compression: float = 6.0
    trace_days: int = 7
    span_series: int = 400
    loki_stream_mb: float = 1.5
    kafka_partition_mb: float = 10.0
    kafka_hours: float = 6.0
    replicas: int = 3
    # Grafana's planning guide for Mimir.
    mimir_samples_per_core: int = 25_000
    mimir_series_per_core: int = 300_000
    mimir_gb_per_300k_series: float = 2.5


@dataclass(frozen=True)
class Row:
    """One derived number."""

    what: str
    formula: str
    value: str


def assumptions(assumed: Assumed) -> list[Row]:
    """The assumptions, for the page."""
    texts = {
        "calls": "calls at once",
        "call_minutes": "minutes a call lasts",
        "calls_per_process": "calls in one process of the agent program",
        "processes_per_host": "such processes on a host",
        "load": "share of its capacity that a Collector is given",
        "gateway_cores": "cores of a gateway",
        "interesting": "share of turns with an error, slow or interrupted",
        "rest": "share of the other turns that sampling keeps",
        "log_compression": "how much smaller logs are in Loki's chunks",
        "span_compression": "how much smaller spans are in ClickHouse",
        "trace_days": "days that traces are kept",
        "span_series": "series of span metrics that one gateway writes",
        "loki_stream_mb": "MB a second in one shard of a Loki stream (shard_streams.desired_rate)",
        "kafka_partition_mb": "MB a second in one partition of Kafka",
        "kafka_hours": "hours that Kafka keeps",
        "replicas": "replicas in Kafka, Loki's ingesters and Mimir's ingesters",
        "mimir_samples_per_core": "samples a second and core, Mimir's distributors (its planning guide)",
        "mimir_series_per_core": "series in memory a core, Mimir's ingesters (the same)",
        "mimir_gb_per_300k_series": "GB of memory for 300,000 series, Mimir's ingesters (the same)",
    }
    return [Row(text, f"`{name}`", f"{getattr(assumed, name):,}") for name, text in texts.items()]


@dataclass(frozen=True)
class Paper:
    """The derivation."""

    measured: Measured
    assumed: Assumed

    @property
    def spans(self) -> float:
        """Spans a second."""
        return self.assumed.calls * self.measured.call.spans / self.measured.call.seconds

    @property
    def records(self) -> float:
        """Log records a second."""
        return self.assumed.calls * self.measured.call.records / self.measured.call.seconds

    @property
    def processes(self) -> float:
        """Processes of the agent program."""
        return self.assumed.calls / self.assumed.calls_per_process

    @property
    def points(self) -> float:
        """Points a second: a process says all its streams at each collection, however many calls it holds."""
        return self.processes * self.measured.call.streams / COLLECTION

    @property
    def hosts(self) -> float:
        """Hosts, each with its agent."""
        return self.processes / self.assumed.processes_per_host

    def cores(self, role: str) -> float:
        """Cores of a tier at the assumed load."""
        rates = {"traces": self.spans, "metrics": self.points, "logs": self.records}
        carried = {**self.measured.carried["gateway"], **self.measured.carried[role]}
        return sum(rate / carried[signal].per_core for signal, rate in rates.items()) / self.assumed.load

    @property
    def gateways(self) -> int:
        """Gateways with sampling."""
        return math.ceil(self.cores("gateway, sampling") / self.assumed.gateway_cores)

    @property
    def turn_seconds(self) -> float:
        """How long a turn lasts."""
        return self.measured.call.seconds / self.measured.call.turns

    @property
    def kept(self) -> float:
        """Spans a second that sampling keeps."""
        assumed = self.assumed
        return self.spans * (assumed.interesting + (1 - assumed.interesting) * assumed.rest)

    @property
    def series(self) -> float:
        """Active series."""
        return self.processes * self.measured.call.series + self.gateways * self.assumed.span_series

    def log_bytes(self, category: str = "") -> float:
        """Bytes of logs a second, of one category or all."""
        counts = self.measured.call.categories
        share = counts.get(category, 0) / sum(counts.values()) if category else 1.0
        return self.records * share * self.measured.items["logs"].raw

    def stored_logs(self) -> float:
        """Bytes in the bucket once every retention is full."""
        kept = sum(self.log_bytes(name) * days * DAY for name, days in RETENTION_DAYS.items())
        return kept / self.assumed.log_compression

    def wire_bytes(self) -> float:
        """Bytes a second between the tiers, compressed."""
        items = self.measured.items
        rates = {"traces": self.spans, "metrics": self.points, "logs": self.records}
        return sum(rate * items[name].compressed for name, rate in rates.items())

    def queue_hour(self) -> float:
        """Bytes on the gateways' disks for an hour without engines."""
        items = self.measured.items
        rates = {"traces": self.kept, "metrics": self.points, "logs": self.records}
        return 3600 * sum(rate * items[name].queued for name, rate in rates.items())

    def rows(self) -> list[Row]:
        """All of it in order; a later row uses earlier ones."""
        measured, assumed = self.measured, self.assumed
        undecided_turns = self.spans * (self.turn_seconds / 2 + 5)
        undecided_calls = self.spans * (assumed.call_minutes * 60 / 2 + 10)
        turns = assumed.calls / self.turn_seconds
        return [
            Row("spans a second", "calls x spans of the demo / its seconds", _number(self.spans)),
            Row("log records a second", "calls x records / seconds", _number(self.records)),
            Row("processes", "calls / calls_per_process", _number(self.processes)),
            Row("points a second", f"processes x streams / {COLLECTION} s", _number(self.points)),
            Row("hosts, each with an agent", "processes / processes_per_host", _number(self.hosts)),
            Row("cores of all agents", "each rate / what a core carries as agent / load", _number(self.cores("agent"))),
            Row("of these on a host", "cores of all agents / hosts", f"{self.cores('agent') / self.hosts:.1f}"),
            Row(
                "cores of all gateways, sampling",
                "likewise, spans with sampling",
                _number(self.cores("gateway, sampling")),
            ),
            Row("gateways", "cores / gateway_cores, rounded up", _number(self.gateways)),
            Row(
                "turns that wait for a decision",
                "calls / turn x (turn + 5 s)",
                _number(turns * (self.turn_seconds + 5)),
            ),
            Row(
                "of these in a gateway (`num_traces` must be more)",
                "the same / gateways",
                _number(turns * (self.turn_seconds + 5) / self.gateways),
            ),
            Row(
                "memory of the undecided, a trace a turn",
                "spans x (half a turn + 5 s) x bytes of an undecided span",
                _bytes(undecided_turns * measured.undecided_bytes),
            ),
            Row(
                "memory of the undecided, a trace a call",
                "spans x (half a call + 10 s) x bytes of an undecided span",
                _bytes(undecided_calls * measured.undecided_bytes),
            ),
            Row("spans a second that Jaeger stores", "spans x (interesting + rest of the rest)", _number(self.kept)),
            Row(
                "ClickHouse, all of trace_days",
                "stored spans x bytes / span_compression x days",
                _bytes(self.kept * measured.items["traces"].raw / assumed.span_compression * DAY * assumed.trace_days),
            ),
            Row("active series", "processes x series + gateways x span_series", _number(self.series)),
            Row("samples a second", f"active series / {COLLECTION} s", _number(self.series / COLLECTION)),
            Row(
                "Mimir: cores of distributors",
                "samples / mimir_samples_per_core",
                _number(self.series / COLLECTION / assumed.mimir_samples_per_core),
            ),
            Row(
                "Mimir: cores of ingesters",
                "series x replicas / mimir_series_per_core",
                _number(self.series * assumed.replicas / assumed.mimir_series_per_core),
            ),
            Row(
                "Mimir: memory of ingesters",
                "series x replicas / 300,000 x GB",
                f"{self.series * assumed.replicas / 300_000 * assumed.mimir_gb_per_300k_series:,.0f} GB",
            ),
            Row("logs a day, as sent", "records x bytes x 86,400 s", _bytes(self.log_bytes() * DAY)),
            Row(
                "logs a day in the bucket",
                "the same / log_compression",
                _bytes(self.log_bytes() * DAY / assumed.log_compression),
            ),
            Row("logs in the bucket, every retention full", "by category x its days", _bytes(self.stored_logs())),
            Row(
                "shards of Loki's streams",
                "MB of logs a second / loki_stream_mb",
                _number(self.log_bytes() / 1e6 / assumed.loki_stream_mb),
            ),
            Row(
                "network, agents to gateways",
                "each rate x compressed bytes",
                f"{self.wire_bytes() * 8 / 1e9:.1f} Gbit/s",
            ),
            Row(
                "the same at one gateway",
                "the same / gateways",
                f"{self.wire_bytes() * 8 / 1e6 / self.gateways:,.0f} Mbit/s",
            ),
            Row(
                "disk of all gateways for an hour without engines",
                "kept spans, points, records x bytes in the queue",
                _bytes(self.queue_hour()),
            ),
            Row(
                "Kafka: partitions",
                "the larger of MB / kafka_partition_mb and 4 a gateway",
                _number(max(self.wire_bytes() / 1e6 / assumed.kafka_partition_mb, 4 * self.gateways)),
            ),
            Row(
                "Kafka: disk",
                "MB a second x kafka_hours x replicas",
                _bytes(self.wire_bytes() * 3600 * assumed.kafka_hours * assumed.replicas),
            ),
        ]


def _number(value: float) -> str:
    if value < 1000:
        return f"{math.ceil(value):,}"
    digits = 3 - len(str(int(value)))
    return f"{round(value, digits):,.0f}"


def _bytes(value: float) -> str:
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} PB"
