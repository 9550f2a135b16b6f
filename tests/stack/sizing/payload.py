"""Many processes' telemetry from one call's: the same spans, points and records under other ids, in batches as sent."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.stack.sizing.emission import Emission

# The distribution's batch of spans, and as many records.
BATCH = 64
VARIANTS = 200


@dataclass(frozen=True)
class Payload:
    """Requests of one signal, all of the same number of items."""

    signal: str
    items: int
    bodies: list[bytes]

    @property
    def item_bytes(self) -> float:
        """The size of an item with its share of the resource, as protobuf without compression."""
        return sum(map(len, self.bodies)) / len(self.bodies) / self.items


def payloads(emission: Emission) -> dict[str, Payload]:
    """Spans, points and log records, from two hundred processes."""
    chance = random.Random(1)
    spans = [_spans(emission, emission.spans(), chance) for _ in range(VARIANTS)]
    last = [_points(emission, chance) for _ in range(VARIANTS)]
    records = [_records(emission, chance) for _ in range(VARIANTS)]
    return {
        "traces": Payload("traces", BATCH, spans),
        "metrics": Payload("metrics", len(emission.last_points()), last),
        "logs": Payload("logs", BATCH, records),
    }


def undecided(emission: Emission) -> Payload:
    """Spans without a root, for which tail sampling waits its whole time."""
    chance = random.Random(1)
    spans = [span for span in emission.spans() if span.parent_span_id]
    return Payload("traces", BATCH, [_spans(emission, spans, chance) for _ in range(VARIANTS)])


def _spans(emission: Emission, spans: list[Any], chance: random.Random) -> bytes:
    requests = [ExportTraceServiceRequest.FromString(body) for body in emission.traces if body]
    whole = requests[0]
    resource = whole.resource_spans[0]
    _rename(resource, chance)
    scope = resource.scope_spans[0]
    del resource.scope_spans[1:], whole.resource_spans[1:], scope.spans[:]
    for trace, some in _forever(spans, chance):
        for span in some:
            one = scope.spans.add()
            one.CopyFrom(span)
            one.trace_id, one.span_id = trace, chance.randbytes(8)
            if len(scope.spans) == BATCH:
                return bytes(whole.SerializeToString())
    raise AssertionError("the source never ends")


def _records(emission: Emission, chance: random.Random) -> bytes:
    whole = ExportLogsServiceRequest.FromString(emission.logs[0])
    resource = whole.resource_logs[0]
    _rename(resource, chance)
    scope = resource.scope_logs[0]
    del resource.scope_logs[1:], whole.resource_logs[1:], scope.log_records[:]
    for trace, records in _forever(emission.records(), chance):
        for record in records:
            one = scope.log_records.add()
            one.CopyFrom(record)
            one.trace_id = trace
            if len(scope.log_records) == BATCH:
                return bytes(whole.SerializeToString())
    raise AssertionError("the source never ends")


def _points(emission: Emission, chance: random.Random) -> bytes:
    whole = ExportMetricsServiceRequest.FromString(emission.metrics[-1])
    for resource in whole.resource_metrics:
        _rename(resource, chance)
    return bytes(whole.SerializeToString())


def _forever(items: list[Any], chance: random.Random) -> Iterator[tuple[bytes, list[Any]]]:
    # A batch begins somewhere in a call, so that all batches together have every kind of item alike.
    start = chance.randrange(len(items))
    yield chance.randbytes(16), items[start:]
    while True:
        yield chance.randbytes(16), items


def _rename(resource: Any, chance: random.Random) -> None:
    for attribute in resource.resource.attributes:
        if attribute.key == "service.instance.id":
            attribute.value.string_value = chance.randbytes(16).hex()
