"""The service graph of a gateway: both ends of a call are one edge, in series of that gateway's own."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.stack.real.programs import eventually
from tests.stack.real.sink import text
from tests.stack.real.tiers import Gateway

pytestmark = pytest.mark.timeout(240)


def call_between(client: str, server: str) -> bytes:
    """A request with both spans of one call, each from its own service."""
    request = ExportTraceServiceRequest()
    trace, asking = os.urandom(16), os.urandom(8)
    asked = _span(request, client, trace_id=trace, span_id=asking)
    asked.kind = Span.SPAN_KIND_CLIENT
    answered = _span(request, server, trace_id=trace, span_id=os.urandom(8), parent_span_id=asking)
    answered.kind = Span.SPAN_KIND_SERVER
    return bytes(request.SerializeToString())


def test_an_edge_names_the_gateway_that_wrote_it(tmp_path: Path) -> None:
    """A series has one writer only, also where two gateways see calls between the same two services."""
    gateway = Gateway(tmp_path, "gateway-7")
    gateway.start()
    try:
        assert gateway.tier.accepts("traces", call_between("agent", "bookings"))
        points = eventually(lambda: gateway.sink.points("traces_service_graph_request_total"), "an edge", 90)
    finally:
        gateway.stop()
    _, edge = points[0]
    found = {key: text(edge.attributes, key) for key in ("client", "server", "collector.instance.id")}
    assert found == {"client": "agent", "server": "bookings", "collector.instance.id": "gateway-7"}


def _span(request: ExportTraceServiceRequest, service: str, **ids: bytes) -> Span:
    resource = request.resource_spans.add()
    name = resource.resource.attributes.add()
    name.key, name.value.string_value = "service.name", service
    now = time.time_ns()
    times = {"start_time_unix_nano": now, "end_time_unix_nano": now + 1_000_000}
    return resource.scope_spans.add().spans.add(name="call", **times, **ids)
