"""`docker compose up --detach --wait`: healthy, confined, reached by the demo, and its data outlive it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.stack.compose.project import Project, docker, needs
from tests.stack.real.programs import eventually

pytestmark = pytest.mark.timeout(600)

LASTING = ("otel-collector", "otel-collector-health", "jaeger", "prometheus", "alertmanager", "loki", "grafana")
ONCE = ("volume-owner", "otel-collector-check", "jaeger-check", "prometheus-check", "alertmanager-check", "loki-check")
OWNERS = {
    "collector-queue": 10001,
    "jaeger-data": 10001,
    "loki-data": 10001,
    "prometheus-data": 65534,
    "alertmanager-data": 65534,
    "grafana-data": 472,
}


def container(project: Project, service: str) -> Any:
    """The container of a service."""
    needs(project, service)
    return project.states()[service]


@pytest.mark.parametrize("service", LASTING)
def test_a_service_is_healthy(project: Project, service: str) -> None:
    """It runs, its own check is content, and it was never started again."""
    found = container(project, service)
    assert found["State"]["Running"]
    assert found["State"].get("Health", {"Status": "healthy"})["Status"] == "healthy"
    assert found["RestartCount"] == 0


@pytest.mark.parametrize("service", ONCE)
def test_a_check_ended_well(project: Project, service: str) -> None:
    """It ran once, to its end."""
    found = container(project, service)
    assert (found["State"]["Status"], found["State"]["ExitCode"]) == ("exited", 0)


@pytest.mark.parametrize("service", LASTING)
def test_a_process_is_confined(project: Project, service: str) -> None:
    """The kernel says so: not root, no capabilities, no new privileges, a root that cannot be written."""
    pid = container(project, service)["State"]["Pid"]
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
    )
    assert "0" not in status["Uid"].split()
    assert {status[name].strip("0") for name in ("CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb")} == {""}
    assert status["NoNewPrivs"] == "1"
    root = next(line for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines() if line.split()[4] == "/")
    assert "ro" in root.split()[5].split(",")


@pytest.mark.parametrize("service", LASTING)
def test_a_limit_of_memory_holds(project: Project, service: str) -> None:
    """The control group has the limit of the compose file, and Go collects garbage below it."""
    found = container(project, service)
    limit = int(project.configuration()[service]["mem_limit"])
    assert limit_of_the_kernel(found["State"]["Pid"]) == limit
    goal = dict(one.split("=", 1) for one in found["Config"]["Env"]).get("GOMEMLIMIT")
    assert goal is None or 0 < int(goal.removesuffix("MiB")) * 1024 * 1024 < limit


def limit_of_the_kernel(pid: int) -> int:
    """The limit in bytes of the control group of a process, in either version of control groups."""
    groups = [line.split(":", 2) for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines()]
    for _, controllers, path in groups:
        if controllers.split(",").count("memory"):
            return int(Path(f"/sys/fs/cgroup/memory{path}/memory.limit_in_bytes").read_text())
    path = next(path for _, controllers, path in groups if not controllers)
    return int(Path(f"/sys/fs/cgroup{path}/memory.max").read_text())


@pytest.mark.parametrize("service", LASTING)
def test_ports_are_on_the_loopback(project: Project, service: str) -> None:
    """Nothing is published to other machines."""
    published = container(project, service)["NetworkSettings"]["Ports"]
    assert {one["HostIp"] for bindings in published.values() for one in bindings or []} <= {"127.0.0.1"}


@pytest.mark.parametrize("volume", sorted(OWNERS))
def test_a_volume_belongs_to_its_program(project: Project, volume: str) -> None:
    """So that it can be written without being root."""
    if volume == "grafana-data":
        needs(project, "grafana")
    [found] = json.loads(docker("volume", "inspect", f"{project.name}_{volume}"))
    assert Path(found["Mountpoint"]).stat().st_uid == OWNERS[volume]


def conversation(project: Project) -> list[Any]:
    """The demo's trace in Jaeger, when its root is there."""
    traces = project.traces("agent")
    return [trace for trace in traces if any(span["operationName"] == "conversation" for span in trace["spans"])]


def latency(project: Project) -> list[Any]:
    """The response latency of the demo's turns in Prometheus."""
    return project.series("voice_turn_response_latency_seconds_count[1h]")


def lines(project: Project) -> list[Any]:
    """The demo's log lines in Loki that know their trace."""
    return project.log_streams('{service_name="agent", voice_log_category="app"} | trace_id!=""')


def test_the_demo_is_in_jaeger(demo: Project) -> None:
    """One trace: conversation, turns, and what was asked of each provider."""
    needs(demo, "jaeger")
    [trace] = eventually(lambda: conversation(demo), "the demo's trace in Jaeger")
    names = {span["operationName"] for span in trace["spans"]}
    assert {"conversation", "turn", "chat gpt-4o-mini"} <= names
    assert any(re.match("speech_to_text ", name) for name in names)


def test_the_demo_is_in_prometheus(demo: Project) -> None:
    """What the program measured, and what the Collector derives from spans for Jaeger's Monitor page."""
    eventually(lambda: latency(demo), "the latency in Prometheus")
    eventually(lambda: demo.series("traces_span_metrics_calls_total[1h]"), "span metrics in Prometheus")


def test_the_demo_is_in_loki(demo: Project) -> None:
    """Log lines with trace and conversation."""
    needs(demo, "loki")
    [stream, *_] = eventually(lambda: lines(demo), "the demo's log lines in Loki")
    assert re.fullmatch("[0-9a-f]{32}", stream["stream"]["trace_id"])
    assert stream["stream"]["voice_conversation_id"]


@pytest.mark.parametrize("job", ["prometheus", "otelcol", "loki", "jaeger", "alertmanager"])
def test_prometheus_reads_every_program(project: Project, job: str) -> None:
    """Each target of the configuration answers."""
    needs(project, {"otelcol": "otel-collector"}.get(job, job))
    eventually(lambda: [one for one in project.series(f'up{{job="{job}"}}') if one["value"][1] == "1"], f"up of {job}")


KEPT = {"jaeger": conversation, "prometheus": latency, "loki": lines}


@pytest.fixture(scope="session")
def restarted(demo: Project) -> Project:
    """The stack after the demo, `down` and `up`."""
    for service in set(KEPT) & set(demo.startable()):
        eventually(lambda ask=KEPT[service]: ask(demo), f"the demo in {service}")
    demo.down()
    done = demo.up()
    assert done.returncode == 0, done.stdout
    return demo


@pytest.mark.parametrize("service", KEPT)
def test_data_outlive_the_containers(restarted: Project, service: str) -> None:
    """The conversation is where it was after `down` and `up`."""
    needs(restarted, service)
    eventually(lambda: KEPT[service](restarted), f"the demo in {service} after the restart")
