"""Full queues: standard telemetry is refused and counted, audit holds its sender back; neither stops the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub

from tests.stack.real.asking import HELD, ask
from tests.stack.real.otlp import attributes, counter, log, logs, span
from tests.stack.real.own_metrics import total
from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(240)

OVERLAY = Path(__file__).parent / "overlays" / "small-queues.yaml"
BATCH = 10
PATIENCE = 3.0
AUDIT = {"voice.log.category": "audit"}
APP = {"voice.log.category": "app"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with room for 200 standard records of each signal and for 100 of audit and security."""
    stack = Stack(tmp_path_factory.mktemp("small"))
    stack.collector.also("--config", str(OVERLAY))
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


class WithoutLoki:
    """The stack while its Loki is away."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._away = True
        stack.loki.stop()

    def ends(self) -> None:
        """Loki comes back, if it is not back already."""
        if self._away:
            self.stack.loki.start()
        self._away = False


@pytest.fixture
def without_loki(small: Stack) -> Iterator[WithoutLoki]:
    """Loki is away until the test says otherwise; the queues are empty before and after."""
    outage = WithoutLoki(small)
    yield outage
    outage.ends()
    eventually(lambda: total(small, "otelcol_exporter_queue_size") == 0, "the queues to be empty", 90)


def records(text: str, mark: dict[str, str]) -> Callable[[int], dict[str, Any]]:
    """Requests of numbered log records."""
    return lambda first: logs(*(log(f"{text} {n:05d}", mark) for n in range(first, first + BATCH)))


def lines(stack: Stack, text: str) -> list[str]:
    """The lines in Loki with this text."""
    streams = stack.log_streams(f'{{service_name="by-hand"}} |= "{text} "')
    return [line for stream in streams for _, line in stream["values"]]


def fill(stack: Stack, signal: str, request: Callable[[int], dict[str, Any]], until: int) -> int:
    """Send until the answer is this one; how many records were accepted before."""
    for number in range(0, 1000, BATCH):
        answer = ask(stack, signal, request(number), PATIENCE)
        if answer.status == until:
            return number
        assert answer.status == 200, answer
    raise AssertionError(f"a thousand records of {signal} never led to {until}")


def everything_arrives(stack: Stack, text: str, count: int) -> None:
    """Each of the first numbers is in Loki; Loki shows a line that it was given twice once."""
    expected = [f"{text} {n:05d}" for n in range(count)]
    eventually(lambda: set(expected) <= set(lines(stack, text)), f"{count} lines of {text}", 120)
    found = lines(stack, text)
    assert len(found) == len(set(found))


def test_a_full_queue_of_logs_refuses(without_loki: WithoutLoki) -> None:
    """With 503, which says to come again; it is counted, and what was accepted before arrives."""
    stack = without_loki.stack
    failed = total(stack, "otelcol_exporter_enqueue_failed_log_records", exporter="otlp_http/loki")
    refused = total(stack, "otelcol_receiver_refused_log_records")
    accepted = fill(stack, "logs", records("refused", APP), until=503)
    assert accepted == 200
    assert total(stack, "otelcol_exporter_enqueue_failed_log_records", exporter="otlp_http/loki") == failed + BATCH
    assert total(stack, "otelcol_receiver_refused_log_records") == refused + BATCH
    without_loki.ends()
    everything_arrives(stack, "refused", accepted)


def test_a_full_queue_refuses_over_grpc(without_loki: WithoutLoki) -> None:
    """With UNAVAILABLE, after which exporters come again."""
    stack = without_loki.stack
    fill(stack, "logs", records("over grpc", APP), until=503)
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add().body.string_value = "one more"
    target = f"127.0.0.1:{stack.ports['grpc']}"
    with grpc.insecure_channel(target) as channel, pytest.raises(grpc.RpcError) as refusal:
        LogsServiceStub(channel).Export(request, timeout=20)
    assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "queue is full" in refusal.value.details()


def test_a_full_queue_of_spans_refuses(small: Stack) -> None:
    """As for logs."""
    failed = total(small, "otelcol_exporter_enqueue_failed_spans", exporter="otlp_grpc/jaeger")
    small.traces.stop()
    try:
        accepted = fill(small, "traces", spans, until=503)
    finally:
        small.traces.start()
    assert accepted == 200
    assert total(small, "otelcol_exporter_enqueue_failed_spans", exporter="otlp_grpc/jaeger") == failed + BATCH
    names = {f"span {n}" for n in range(accepted)}
    eventually(lambda: names <= {span.name for span in small.traces.spans}, "the accepted spans", 120)


def test_a_full_queue_of_points_refuses(small: Stack) -> None:
    """As for logs. The Collector's own points of the host take room in the same queue."""
    failed = total(small, "otelcol_exporter_enqueue_failed_metric_points", exporter="otlp_http/prometheus")
    small.prometheus.stop()
    try:
        accepted = fill(small, "metrics", points, until=503)
    finally:
        small.prometheus.start()
    assert accepted
    now = total(small, "otelcol_exporter_enqueue_failed_metric_points", exporter="otlp_http/prometheus")
    assert now >= failed + BATCH
    expected = {str(n) for n in range(accepted)}
    eventually(lambda: expected <= points_in(small), "the accepted points", 120)


def test_a_full_queue_of_audit_holds_the_sender_and_nobody_else(without_loki: WithoutLoki) -> None:
    """It waits as long as the sender does; meanwhile standard logs, spans and points are taken at once."""
    stack = without_loki.stack
    accepted = fill(stack, "logs", records("held", AUDIT), until=HELD)
    assert accepted == 100
    assert ask(stack, "logs", records("beside", APP)(0)).status == 200
    assert ask(stack, "traces", spans(5000)).status == 200
    assert ask(stack, "metrics", points(5000)).status == 200
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, stack, "logs", records("held", AUDIT)(accepted), 120)
        eventually(lambda: total(stack, "otelcol_exporter_queue_size") >= 100, "the queue to be full")
        without_loki.ends()
        assert waiting.result().status == 200
    everything_arrives(stack, "held", accepted + BATCH)
    everything_arrives(stack, "beside", BATCH)


def test_a_sender_that_gives_up_is_counted(without_loki: WithoutLoki) -> None:
    """Whoever was held back and left is in the Collector's metrics."""
    stack = without_loki.stack
    metric, exporter = "otelcol_exporter_enqueue_failed_log_records", "otlp_http/loki_compliance"
    failed = total(stack, metric, exporter=exporter)
    fill(stack, "logs", records("given up", AUDIT), until=HELD)
    eventually(
        lambda: total(stack, metric, exporter="otlp_http/loki_compliance") == failed + BATCH, "the one that left"
    )


def test_a_flood_of_standard_logs_leaves_audit_alone(without_loki: WithoutLoki) -> None:
    """Audit is accepted while standard logs are refused."""
    stack = without_loki.stack
    fill(stack, "logs", records("flood", APP), until=503)
    assert ask(stack, "logs", records("through the flood", AUDIT)(0)).status == 200
    without_loki.ends()
    everything_arrives(stack, "through the flood", BATCH)


@pytest.mark.parametrize(("full", "until"), [(APP, 503), (AUDIT, HELD)])
def test_a_mixed_request_has_one_fate(without_loki: WithoutLoki, full: dict[str, str], until: int) -> None:
    """A request with both categories is not accepted while either queue is full; sent again, both are there once."""
    stack = without_loki.stack
    category = full["voice.log.category"]
    fill(stack, "logs", records(f"full of {category}", full), until=until)
    texts = (f"mixed app {category}", f"mixed audit {category}")
    both = logs(log(f"{texts[0]} 00000", APP), log(f"{texts[1]} 00000", AUDIT))
    assert ask(stack, "logs", both, PATIENCE).status == until
    without_loki.ends()
    eventually(lambda: ask(stack, "logs", both).status == 200, "the mixed request to be taken", 60)
    for text in texts:
        everything_arrives(stack, text, 1)


def spans(first: int) -> dict[str, Any]:
    """A request of numbered spans."""
    request = span(f"span {first}")
    [scope] = request["resourceSpans"][0]["scopeSpans"]
    [one] = scope["spans"]
    scope["spans"] = [{**one, "name": f"span {n}", "spanId": f"{n + 1:016x}"} for n in range(first, first + BATCH)]
    return request


def points(first: int) -> dict[str, Any]:
    """A request of numbered points."""
    request = counter("points", {})
    [metric] = request["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    [point] = metric["sum"]["dataPoints"]
    numbers = range(first, first + BATCH)
    metric["sum"]["dataPoints"] = [{**point, "attributes": attributes({"n": str(n)})} for n in numbers]
    return request


def points_in(stack: Stack) -> set[str]:
    """The numbers of the points in Prometheus."""
    found = stack.prometheus_get("query", query="last_over_time(points_total[1h])")["result"]
    return {series["metric"]["n"] for series in found}
