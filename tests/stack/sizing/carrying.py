"""What one Collector carries: CPU seconds an item, which the machine's other work disturbs least, and peak memory."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Thread

from tests.stack.real.programs import eventually
from tests.stack.real.tiers import Tier
from tests.stack.sizing.null import NullEngines
from tests.stack.sizing.payload import Payload

TICKS = os.sysconf("SC_CLK_TCK")
SENDERS = 4
WARM_UP, MEASURED = 2.0, 8.0
ON_MEMORY = "otelcol_processor_tail_sampling_sampling_traces_on_memory"

ROLES = {
    "one machine": (),
    "agent": ("scale/agent.overlay.yaml",),
    "gateway": ("scale/gateway.overlay.yaml",),
    "gateway, sampling": ("scale/gateway.overlay.yaml", "sampling.overlay.yaml"),
}


@dataclass(frozen=True)
class Carried:
    """One run of one role with one signal."""

    items: int
    cpu_seconds: float
    wall_seconds: float
    peak_mib: float

    @property
    def per_core(self) -> float:
        """Items a second that one core carries when it does nothing else."""
        return self.items / self.cpu_seconds


def carried(role: str, payload: Payload, engines: NullEngines) -> Carried:
    """Flood a fresh Collector for some seconds and let it hand everything over."""
    with _collector(role, engines) as (tier, process):
        _flood(tier, payload, WARM_UP)
        _drained(tier)
        cpu, began = _cpu(process), time.monotonic()
        items = _flood(tier, payload, MEASURED)
        wall = time.monotonic() - began
        _drained(tier)
        return Carried(items, _cpu(process) - cpu, wall, _status(process, "VmHWM") / 1024)


def bytes_held(payload: Payload, engines: NullEngines, spans: int) -> float:
    """Resident bytes for each span that waits for its sampling decision: twice as many, less once as many."""
    with _collector("gateway, sampling", engines) as (tier, process):
        _fill(tier, payload, spans)
        before = _status(process, "VmRSS")
        _fill(tier, payload, spans)
        return (_status(process, "VmRSS") - before) * 1024 / spans


def bytes_queued(payload: Payload, engines: NullEngines, items: int) -> float:
    """Bytes on disk for each item that waits for an engine that is away."""
    with _collector("one machine", engines, away=True) as (tier, _):
        folder = Path(tier.program.environment["OTELCOL_QUEUE_DIR"])
        _fill(tier, payload, items // 4)
        before = _size(folder)
        sent = _fill(tier, payload, items)
        return (_size(folder) - before) / sent


@contextmanager
def _collector(role: str, engines: NullEngines, away: bool = False) -> Iterator[tuple[Tier, int]]:
    """The Collector on the first core and one thread of Go's, this process and the engines on the others."""
    with tempfile.TemporaryDirectory(prefix="otel-voice-sizing-") as folder:
        tier = Tier(Path(folder), "measured", ROLES[role], {"GOMAXPROCS": "1", **_engines(engines, away)})
        tier.program.start()
        process = tier.program.process_id
        os.sched_setaffinity(process, {0})
        try:
            yield tier, process
        finally:
            tier.program.kill()


def _engines(engines: NullEngines, away: bool) -> Mapping[str, str]:
    grpc, web = ("127.0.0.1:1", "http://127.0.0.1:1") if away else (engines.grpc, engines.http)
    gateways = json.dumps({"static": {"hostnames": [grpc, grpc.replace("127.0.0.1", "localhost")]}})
    return {"JAEGER_OTLP": grpc, "PROMETHEUS_OTLP": web, "LOKI_OTLP": web, "GATEWAYS": gateways}


def _flood(tier: Tier, payload: Payload, seconds: float) -> int:
    until = time.monotonic() + seconds
    accepted = [0] * SENDERS
    bodies = itertools.cycle(payload.bodies)

    def send(sender: int) -> None:
        connection = http.client.HTTPConnection(tier.host, tier.http_port, timeout=60)
        while time.monotonic() < until:
            accepted[sender] += payload.items * _post(connection, payload.signal, next(bodies))
        connection.close()

    senders = [Thread(target=send, args=(sender,)) for sender in range(SENDERS)]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    return sum(accepted)


def _fill(tier: Tier, payload: Payload, items: int) -> int:
    sent = 0
    connection = http.client.HTTPConnection(tier.host, tier.http_port, timeout=60)
    for body in itertools.cycle(payload.bodies):
        sent += payload.items * _post(connection, payload.signal, body)
        if sent >= items:
            connection.close()
            return sent
    raise AssertionError("the bodies never end")


def _post(connection: http.client.HTTPConnection, signal: str, body: bytes) -> bool:
    connection.request("POST", f"/v1/{signal}", body, {"Content-Type": "application/x-protobuf"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != HTTPStatus.OK:
        time.sleep(0.05)  # refused: as a sender does, it comes again later
    return answer.status == HTTPStatus.OK


def _drained(tier: Tier) -> None:
    """Wait until nothing is queued or undecided, and nothing more leaves."""
    last: list[float] = []

    def quiet() -> bool:
        said = tier.own_metrics()
        last.append(_sum(said, "otelcol_exporter_sent_"))
        waiting = _sum(said, "otelcol_exporter_queue_size") + _sum(said, ON_MEMORY)
        return not waiting and len(last) > 3 and len(set(last[-4:])) == 1

    eventually(quiet, "the Collector to have handed over everything", 180)


def _sum(said: str, name: str) -> float:
    return sum(float(line.rsplit(" ", 1)[1]) for line in said.splitlines() if line.startswith(name))


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _status(process: int, name: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _size(folder: Path) -> int:
    """What is written. The files themselves grow by 16 MiB at a time, most of it a hole."""
    return sum(file.stat().st_blocks * 512 for file in folder.iterdir())
