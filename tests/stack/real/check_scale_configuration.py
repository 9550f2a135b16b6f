"""Every file of collector/scale is accepted by the program that reads it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.stack.binaries import BIN, ROOT

SCALE = ROOT / "collector" / "scale"
LIST = '{static: {hostnames: ["gateway-1:4317", "gateway-2:4317"]}}'
NAME = '{dns: {hostname: gateways, port: "4317", interval: 5s}}'
SERVICE = "{k8s: {service: gateways.observability, ports: [4317], return_hostnames: true}}"

OVERLAYS = {
    "agent": ("scale/agent",),
    "agent twice": ("scale/agent", "scale/agent-twice"),
    "agent to Kafka": ("scale/agent", "scale/agent-kafka"),
    "guarded agent": ("scale/agent", "tls-auth"),
    "gateway": ("scale/gateway",),
    "gateway from Kafka": ("scale/gateway", "scale/gateway-kafka"),
    "gateway to Mimir": ("scale/gateway", "scale/mimir"),
    "sampling turns": ("scale/gateway", "sampling"),
    "sampling conversations": ("scale/gateway", "sampling", "scale/conversations"),
    "second group": ("scale/gateway", "scale/gateway-again", "sampling", "scale/conversations"),
}
TARGETS = ("distributor", "ingester", "querier", "query-frontend", "index-gateway", "compactor", "ruler", "all")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = (str(BIN / command[0]), *command[1:])
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def validated(overlays: tuple[str, ...], folder: Path, gateways: str) -> subprocess.CompletedProcess[str]:
    files = ("config.yaml", *(f"{overlay}.overlay.yaml" for overlay in overlays))
    settings = {"OTELCOL_QUEUE_DIR": str(folder), "HOSTNAME": "here", "GATEWAYS": gateways, "GATEWAYS_AGAIN": gateways}
    return run("otelcol", "validate", *(f"--config=collector/{file}" for file in files), **settings)


@pytest.mark.parametrize("tier", OVERLAYS)
def test_the_collector_accepts(tier: str, tmp_path: Path) -> None:
    """`otelcol validate`, which builds every pipeline of the tier."""
    done = validated(OVERLAYS[tier], tmp_path, LIST)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("gateways", [LIST, NAME, SERVICE])
def test_gateways_are_found_in_three_ways(gateways: str, tmp_path: Path) -> None:
    """By a list, by a name, by a service of Kubernetes."""
    done = validated(("scale/agent",), tmp_path, gateways)
    assert done.returncode == 0, done.stderr


def test_an_agent_without_gateways_says_so(tmp_path: Path) -> None:
    """GATEWAYS has no default: an agent that sends nowhere does not start."""
    done = validated(("scale/agent",), tmp_path, "")
    assert done.returncode != 0
    assert "no resolvers specified" in done.stderr


def test_prometheus_accepts() -> None:
    """`promtool check config`."""
    done = run("promtool", "check", "config", str(SCALE / "prometheus-remote-write.yml"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("target", TARGETS)
def test_loki_accepts(target: str, tmp_path: Path) -> None:
    """`loki -verify-config`, for each part that Loki is started as."""
    file = f"-config.file={SCALE / 'loki.yaml'}"
    done = run("loki", file, "-config.expand-env=true", f"-target={target}", "-verify-config", LOKI_DIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not (BIN / "jaeger").exists(), reason="Jaeger is not built here: docs/decisions/0010")
@pytest.mark.parametrize("storage", ["clickhouse", "opensearch"])
def test_jaeger_accepts(storage: str, tmp_path: Path) -> None:
    """`jaeger validate`, with its password from a file."""
    (tmp_path / f"{storage}_password").write_text("a-secret")
    shipped = (SCALE / f"jaeger-{storage}.yaml").read_text()
    # The Jaeger that can be built here is 2.13, which does not know how to have ClickHouse forget.
    known = "".join(line for line in shipped.splitlines(keepends=True) if line.strip() != "ttl: 168h")
    (tmp_path / "jaeger.yaml").write_text(known)
    done = run("jaeger", "validate", f"--config={tmp_path / 'jaeger.yaml'}", JAEGER_SECRETS_DIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
