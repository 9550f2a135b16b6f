"""20,000 log records a second from 8 threads and 200 tasks at once, into a real OTLP receiver: what their callers pay.

The distro and the bare SDK with the official handler in turn, with the same queue and batches. The processor time of
those who log is compared; what arrives and what is counted as dropped must be all that was said.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from benchmarks.result import BenchmarkError, Result

ROUNDS = 3
SECONDS = 4
THREADS, OF_THREAD = 8, 1_250
TASKS, OF_TASK = 200, 50
RECORDS = SECONDS * (THREADS * OF_THREAD + TASKS * OF_TASK)

_log = logging.getLogger("load")


def measure() -> list[Result]:
    """Raises BenchmarkError where a run fails, or a record is lost without being counted."""
    ours, official = [], []
    for _ in range(ROUNDS):
        official.append(_run("official"))
        ours.append(_run("ours"))
    lost = [RECORDS - each.arrived - each.dropped for each in ours]
    ratio = min(each.processor for each in ours) / min(each.processor for each in official)
    last = ours[-1]
    return [
        Result(f"callers of {RECORDS // SECONDS:,} log calls a second, of those of the official handler", ratio, "x"),
        Result("records said in a second", RECORDS / last.took, "records"),
        Result("of them dropped, and counted", last.dropped / RECORDS * 100, "%"),
        Result("records lost without being counted", max(lost, key=abs), "records", limit=0, least=0),
    ]


@dataclass
class _Load:
    """One run: seconds that callers took of the processor, seconds that it took, and what became of the records."""

    processor: float = 0.0
    took: float = 0.0
    arrived: int = 0
    dropped: int = 0


def _run(way: str) -> _Load:
    with _receiver() as received:
        instrument = [str(Path(sys.executable).with_name("opentelemetry-instrument"))] if way == "ours" else []
        command = [*instrument, sys.executable, "-m", "benchmarks.sustained", way]
        done = subprocess.run(command, env=_environment(received.endpoint), capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchmarkError(f"the sustained benchmark failed ({way}):\n{done.stderr[-3000:]}")
        told = json.loads(done.stdout)
        return _Load(told["processor"], told["took"], received.logs(), received.dropped())


def _environment(endpoint: str) -> Mapping[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("OTEL_")},
        "OTEL_SERVICE_NAME": "benchmark",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_BLRP_MAX_QUEUE_SIZE": "4096",
        "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "64",
        "OTEL_VOICE_LOG_BURST": "0",
        "OTEL_VOICE_EXIT_TIMEOUT": "60",
    }


@dataclass
class _Received:
    endpoint: str = ""
    bodies: list[tuple[str, bytes]] = field(default_factory=list)

    def logs(self) -> int:
        """Records of the load that arrived."""
        return sum(
            len(scope.log_records)
            for path, body in self.bodies
            if path == "/v1/logs"
            for resource in ExportLogsServiceRequest.FromString(body).resource_logs
            for scope in resource.scope_logs
            if scope.scope.name == _log.name
        )

    def dropped(self) -> int:
        """What voice.log.dropped counts: each series is cumulative, so that its last value is its largest."""
        largest = Counter[bytes]()
        for path, body in self.bodies:
            if path == "/v1/metrics":
                for labels, value in _dropped(body):
                    largest[labels] = max(largest[labels], value)
        return sum(largest.values())


def _dropped(body: bytes) -> Iterator[tuple[bytes, int]]:
    for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                if metric.name == "voice.log.dropped":
                    for point in metric.sum.data_points:
                        yield b"".join(label.SerializeToString() for label in point.attributes), point.as_int


@contextmanager
def _receiver() -> Iterator[_Received]:
    received = _Received()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            zipped = self.headers.get("content-encoding") == "gzip"
            received.bodies.append((self.path, gzip.decompress(body) if zipped else body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.endpoint = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield received
    server.shutdown()
    server.server_close()


def _load() -> _Load:
    """In the measured process: say all records, in time; who is late catches up."""
    spent: list[float] = []
    began = time.monotonic()

    def left(number: int, rate: int) -> float:
        return began + number / rate - time.monotonic()

    def say(who: str, name: int, number: int) -> None:
        _log.info("%s %d says %d of %s", who, name, number, "call", extra={"call": "a1b2c3", "attempt": 2})

    def thread(name: int) -> None:
        for number in range(SECONDS * OF_THREAD):
            say("thread", name, number)
            if (pause := left(number, OF_THREAD)) > 0.005:
                time.sleep(pause)
        spent.append(time.thread_time())

    async def task(name: int) -> None:
        for number in range(SECONDS * OF_TASK):
            say("task", name, number)
            await asyncio.sleep(max(0.0, left(number, OF_TASK)))

    async def tasks() -> None:
        await asyncio.gather(*(task(name) for name in range(TASKS)))

    threads = [threading.Thread(target=thread, args=(name,)) for name in range(THREADS)]
    before = time.thread_time()
    for each in threads:
        each.start()
    asyncio.run(tasks())
    spent.append(time.thread_time() - before)
    for each in threads:
        each.join()
    return _Load(processor=sum(spent), took=time.monotonic() - began)


def _official() -> None:
    """The SDK as its own configurator sets it up for logs, and the handler of the official instrumentation."""
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.instrumentation.logging.handler import LoggingHandler
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    provider = LoggerProvider()
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    logging.root.addHandler(LoggingHandler(logger_provider=provider, log_code_attributes=True))


if __name__ == "__main__":
    logging.root.setLevel(logging.INFO)
    logging.root.addHandler(logging.NullHandler())
    if sys.argv[1] == "official":
        _official()
    load = _load()
    sys.stdout.write(json.dumps({"processor": load.processor, "took": load.took}))
