"""The port of its own, in programs of which not a line knows of it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from otel_voice.health.checks import Check, Checks
from otel_voice.health.pages import Pages
from otel_voice.health.server import HealthServer
from tests.distro.program import INSTRUMENT, Ended, Program, clean_environment
from tests.distro.sink import Sink
from tests.health.conftest import EVERY_PAGE

LIMIT = 30.0
NOBODY = {"OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none"}


def get(port: int, path: str, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def page(port: int, path: str) -> Any:
    return json.loads(get(port, path)[1])


Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Start]:
    """start(text, NAME="value"): the program with its health on `port`; it is stopped at the end."""
    programs: list[Program] = []

    def start(text: str, **env: str) -> Program:
        program = Program(tmp_path, text, {"OTEL_VOICE_HEALTH_PORT": str(port), **NOBODY, **env})
        programs.append(program)
        return program

    yield start
    for program in programs:
        program.process.kill()
        program.process.communicate(timeout=LIMIT)


def test_it_answers_while_the_event_loop_is_blocked(start: Start, port: int) -> None:
    """An asynchronous program that blocks its loop is alive, and it is seen that and where it is blocked."""
    program = start(BLOCKED)
    assert program.wait_for_line() == "blocked"
    assert get(port, "/health") == (200, b'{"status": "ok"}')
    deadline = time.monotonic() + LIMIT
    while get(port, "/health/ready")[0] != 503:
        assert time.monotonic() < deadline
    assert page(port, "/health/ready")["failing"][0]["check"] == "event_loop"
    assert page(port, "/metrics/calls")["active"] == 1


BLOCKED = """
import asyncio, time
import otel_voice
from otel_voice.health import loops

async def main():
    with otel_voice.conversation("call"):
        loops.monitor().seen()
        while not loops.monitor().watched[0].lags:
            await asyncio.sleep(0.01)
        print("blocked", flush=True)
        time.sleep(600)

asyncio.run(main())
"""


def test_200_scrapes_at_once(start: Start, port: int) -> None:
    """All are answered, and what they cost is one examination a second."""
    program = start(COUNTED)
    assert program.wait_for_line() == "ready"
    began = time.monotonic()
    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(lambda path: get(port, path), ["/health/ready", "/metrics"] * 100))
    took = time.monotonic() - began
    assert {status for status, _ in answers} == {200}
    for _, body in answers[1::2]:
        assert list(text_string_to_metric_families(body.decode()))
    asked = int(page(port, "/health/detailed")["checks"]["counted"]["detail"])
    assert asked <= took + 3


COUNTED = """
import time
import otel_voice
asked = []

@otel_voice.register_check("counted")
def counted():
    asked.append(1)
    return str(len(asked))

print("ready", flush=True)
time.sleep(600)
"""


def test_every_page_on_a_port_of_its_own(port: int, pages: Pages, checks: Checks) -> None:
    """Each is served, and readiness is refused with the name of the check that fails."""
    checks.add(Check("database", bool))
    server = HealthServer("127.0.0.1", port, pages)
    server.start()
    try:
        for path in EVERY_PAGE:
            status, body = get(port, path)
            assert status == (503 if path == "/health/ready" else 200), path
            assert b"otel_voice_health_check_ok" in body if path == "/metrics" else json.loads(body), path
        assert [each["check"] for each in page(port, "/health/ready")["failing"]] == ["database"]
    finally:
        server.shutdown()
        server.server_close()


def test_methods_over_http(port: int, pages: Pages, checks: Checks) -> None:
    """HEAD has the length and no body; another method gets 405 in JSON, also one that nobody knows."""
    checks.add(Check("database", bool))
    server = HealthServer("127.0.0.1", port, pages)
    server.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
        connection.request("HEAD", "/health")
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Content-Length"), answer.read()) == (200, "16", b"")
        connection.close()
        assert get(port, "/health/ready", "HEAD") == (503, b"")
        for method in ("POST", "TRACE", "BREW"):
            status, body = get(port, "/health", method)
            assert status == 405 and "GET, HEAD" in json.loads(body)["error"]
        assert get(port, "/nothing")[0] == 404
    finally:
        server.shutdown()
        server.server_close()


def test_clients_that_send_nonsense_or_nothing_keep_nobody_waiting(port: int, pages: Pages) -> None:
    """Connections that say nothing, and bytes that are no HTTP."""
    server = HealthServer("127.0.0.1", port, pages)
    server.start()
    try:
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for nonsense in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET " + b"/" * 100_000, b"GET /health HTTP/9.9\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(nonsense)
        assert get(port, "/health")[0] == 200
        for client in silent:
            client.close()
    finally:
        server.shutdown()
        server.server_close()


def about_the_port(ended: Ended) -> list[str]:
    return [line for line in ended.telemetry_lines() if "health is not served" in line]


def test_a_port_in_use_is_told_once_and_the_program_runs_on(start: Start, port: int) -> None:
    """One line names port, reason and setting."""
    with socket.create_server(("127.0.0.1", port)):
        ended = start("print('unharmed')").end()
    assert (ended.status, ended.out) == (0, "unharmed\n")
    [line] = about_the_port(ended)
    assert f"127.0.0.1 port {port}: Address already in use" in line and "OTEL_VOICE_HEALTH_PORT" in line


def test_a_host_that_is_not_of_this_machine_is_told(start: Start) -> None:
    """192.0.2.1 is nobody's."""
    ended = start("print('unharmed')", OTEL_VOICE_HEALTH_HOST="192.0.2.1").end()
    assert (ended.status, ended.out) == (0, "unharmed\n")
    assert "OTEL_VOICE_HEALTH_HOST" in about_the_port(ended)[0]


def test_children_leave_the_port_to_their_parent(start: Start, port: int) -> None:
    """A child that is forked or started anew says nothing of the port, and does not keep it after its parent's end."""
    program = start(PARENT)
    child = int(program.wait_for_line())
    try:
        assert page(port, "/status")["process"] != child
        ended = program.terminate()
        with socket.create_server(("127.0.0.1", port)):
            pass
    finally:
        os.kill(child, 9)
    assert about_the_port(ended) == []


PARENT = """
import os, signal, subprocess, sys, time
said = subprocess.run([sys.executable, "-c", "print('started')"], capture_output=True, text=True)
assert said.stdout == "started\\n" and said.stderr == "", said
child = os.fork()
if not child:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.close(1); os.close(2)
    while True:
        time.sleep(60)
print(child, flush=True)
time.sleep(600)
"""


def test_without_the_setting_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    """No thread, no port, no module but the one that keeps count."""
    loaded = "import sys; print(sorted(name for name in sys.modules if name.startswith('otel_voice.health.')))"
    done = subprocess.run(
        [INSTRUMENT, sys.executable, "-c", loaded],
        cwd=tmp_path,
        env={**clean_environment(), "OTEL_SERVICE_NAME": "test", **NOBODY},
        capture_output=True,
        text=True,
        check=True,
    )
    # Other instrumentations may have imported a library of ours to observe, and that keeps count.
    assert done.stdout in ("[]\n", "['otel_voice.health.activity']\n"), done.stdout + done.stderr


def test_a_dead_collector_is_seen_and_leaves_the_process_ready(start: Start, port: int) -> None:
    """Degraded, with the signal that does not arrive; a call can be served all the same."""
    program = start(SPEAKING, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", **EXPORTING)
    assert program.wait_for_line() == "ready"
    until(lambda: page(port, "/health/detailed")["checks"]["exporter"]["ok"] is False)
    assert "traces do not arrive" in page(port, "/health/detailed")["checks"]["exporter"]["detail"]
    assert get(port, "/health/ready")[0] == 200
    assert page(port, "/status")["status"] == "degraded"


def test_a_collector_that_takes_everything(start: Start, port: int) -> None:
    """What arrived is counted, and the queues are seen."""
    with Sink() as sink:
        program = start(SPEAKING, OTEL_EXPORTER_OTLP_ENDPOINT=sink.endpoint, **EXPORTING)
        assert program.wait_for_line() == "ready"
        until(lambda: sink.spans() and delivered(port) > 0)
        detail = page(port, "/health/detailed")["checks"]
        assert detail["exporter"]["ok"] and detail["queue"]["detail"].startswith("traces 0% full")


def delivered(port: int) -> float:
    families = text_string_to_metric_families(get(port, "/metrics")[1].decode())
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == "otel_voice_health_exports_total"
        and (sample.labels["signal"], sample.labels["outcome"]) == ("traces", "delivered")
    )


def until(holds: Callable[[], Any]) -> None:
    deadline = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


EXPORTING = {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_TIMEOUT": "1", "OTEL_BSP_SCHEDULE_DELAY": "50"}
SPEAKING = """
import time
from opentelemetry import trace
trace.get_tracer("t").start_span("span").end()
print("ready", flush=True)
time.sleep(600)
"""
