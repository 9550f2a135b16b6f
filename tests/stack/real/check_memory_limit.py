"""A flood over the memory limit: senders are told to come again, memory is bounded, nothing accepted is lost."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from tests.stack.real.asking import ask, post
from tests.stack.real.otlp import TRACE, log, logs, span
from tests.stack.real.own_metrics import total
from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(280)

OVERLAY = Path(__file__).parent / "overlays" / "small-memory.yaml"
LIMIT = 80 * 1024
SENDERS = 8
SPANS = 8000
ENOUGH = 2
AT_MOST = 20
TAKEN = ("200", "OK")
COME_AGAIN = ("429", "503", "UNAVAILABLE")


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose Collector may use 80 MiB."""
    stack = Stack(tmp_path_factory.mktemp("narrow"))
    stack.collector.also("--config", str(OVERLAY))
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


class Flood:
    """Several senders with large requests, each of which comes again when it is refused."""

    def __init__(self, stack: Stack) -> None:
        self.answers: Counter[str] = Counter()
        self.accepted: list[int] = []
        self._stack = stack
        self._next = 0
        self._turn = threading.Lock()

    def run(self) -> None:
        """Flood until somebody was refused, and everybody was accepted often enough."""
        ways = [self._over_http if sender % 2 else self._over_grpc for sender in range(SENDERS)]
        with ThreadPoolExecutor(SENDERS) as pool:
            for done in [pool.submit(self._send, way) for way in ways]:
                done.result()

    def _send(self, way: Callable[[int], str]) -> None:
        for count in range(AT_MOST):
            if count >= ENOUGH and self._refused():
                return
            first = self._numbers()
            eventually(lambda first=first: self._taken(way(first)), "the flood to be taken", 120)
            self.accepted.append(first)

    def _taken(self, answer: str) -> bool:
        self.answers[answer] += 1
        assert answer in TAKEN + COME_AGAIN
        return answer in TAKEN

    def _refused(self) -> bool:
        return any(self.answers[answer] for answer in COME_AGAIN)

    def _numbers(self) -> int:
        with self._turn:
            self._next += SPANS
            return self._next - SPANS

    def _over_http(self, first: int) -> str:
        return str(ask(self._stack, "traces", in_json(first), 60).status)

    def _over_grpc(self, first: int) -> str:
        target = f"127.0.0.1:{self._stack.ports['grpc']}"
        with grpc.insecure_channel(target) as channel:
            try:
                TraceServiceStub(channel).Export(in_protobuf(first), timeout=60)
            except grpc.RpcError as refusal:
                return str(refusal.code().name)
        return "OK"


def test_a_flood_is_refused_for_now_and_loses_nothing(narrow: Stack) -> None:
    """Refusals say to come again and are counted, memory stays near the limit, and what was accepted arrives."""
    process = narrow.collector.process_id
    flood = Flood(narrow)
    flood.run()
    refused = sum(flood.answers[answer] for answer in COME_AGAIN)
    assert refused
    assert total(narrow, "otelcol_processor_memory_limiter_refused_spans") >= refused * SPANS
    assert total(narrow, "otelcol_receiver_refused_spans") >= refused * SPANS
    assert narrow.collector.process_id == process
    assert highest_memory(process) < 4 * LIMIT
    expected = {number for first in flood.accepted for number in range(first, first + SPANS)}
    eventually(lambda: expected <= arrived(narrow), "every accepted span", 120)
    service_is_normal(narrow)


def service_is_normal(stack: Stack) -> None:
    """All three signals are taken at once, and arrive."""
    body = json.dumps(logs(log("after the flood", {}))).encode()
    eventually(lambda: post(f"{stack.endpoint}/v1/logs", body, "application/json").status == 200, "normal service")
    eventually(lambda: stack.log_streams('{service_name="by-hand"} |= "after the flood"'), "the line in Loki")


def highest_memory(process: int) -> int:
    """The most that the process ever had in memory, in KiB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def arrived(stack: Stack) -> set[int]:
    """The numbers of the spans that were delivered."""
    return {int.from_bytes(found.span_id, "big") - 1 for found in stack.traces.named("flood")}


def in_json(first: int) -> dict[str, Any]:
    """Numbered spans."""
    request = span("flood")
    [scope] = request["resourceSpans"][0]["scopeSpans"]
    [one] = scope["spans"]
    scope["spans"] = [{**one, "spanId": f"{number + 1:016x}"} for number in range(first, first + SPANS)]
    return request


def in_protobuf(first: int) -> ExportTraceServiceRequest:
    """The same."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number in range(first, first + SPANS):
        one = scope.spans.add(name="flood", start_time_unix_nano=1, end_time_unix_nano=2)
        one.trace_id, one.span_id = bytes.fromhex(TRACE), (number + 1).to_bytes(8, "big")
    return request
