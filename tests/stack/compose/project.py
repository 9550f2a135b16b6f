"""A folder made by `otel-voice stack init`, brought up by Docker Compose under a project name and ports of its own."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from otel_voice.stack.folder import bring_up_to_date
from otel_voice.stack.shipped import files
from tests.stack.compose.images import runnable
from tests.stack.real.programs import free_port

PORTS = (
    "OTLP_GRPC_PORT",
    "OTLP_HTTP_PORT",
    "JAEGER_PORT",
    "PROMETHEUS_PORT",
    "ALERTMANAGER_PORT",
    "LOKI_PORT",
    "GRAFANA_PORT",
)
UP_SECONDS = 400


class Project:
    """The stack as somebody has it who installed the package."""

    def __init__(self, folder: Path, name: str) -> None:
        bring_up_to_date(folder, files())
        self.folder = folder
        self.name = name
        self._environment = {**os.environ, "COMPOSE_PROJECT_NAME": name, "COMPOSE_ANSI": "never"}
        self.ports = {port: free_port() for port in PORTS}
        self.set(**{name: str(port) for name, port in self.ports.items()})

    def set(self, **variables: str) -> None:
        """Change .env as somebody would: the line of a variable, or a new one."""
        path = self.folder / ".env"
        lines = [line for line in path.read_text().splitlines() if line.split("=")[0] not in variables]
        path.write_text("\n".join([*lines, *(f"{name}={value}" for name, value in variables.items())]) + "\n")

    def compose(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`docker compose ARGUMENTS` in the folder; what it says, on both streams, is in stdout."""
        return subprocess.run(
            ("docker", "compose", *arguments),
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=UP_SECONDS,
            check=False,
        )

    def up(self) -> subprocess.CompletedProcess[str]:
        """`docker compose up --detach --wait` of every service whose program is on this machine."""
        return self.compose("up", "--detach", "--wait", *self.startable())

    def down(self, *more: str) -> None:
        """`docker compose down`."""
        done = self.compose("down", *more)
        assert done.returncode == 0, done.stdout

    def configuration(self) -> dict[str, Any]:
        """The services as Compose understands them."""
        command = ("docker", "compose", "config", "--format", "json")
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout)["services"])

    def startable(self) -> list[str]:
        """The services whose image is here, with the program in it."""
        services = self.configuration().items()
        return [name for name, one in services if runnable(one["image"], (one.get("entrypoint") or [None])[0])]

    def states(self) -> dict[str, Any]:
        """What Docker knows of each container, running or ended, by its service."""
        ids = self.compose("ps", "--all", "--quiet").stdout.split()
        inspected = json.loads(docker("inspect", *ids)) if ids else []
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in inspected}

    def logs(self, service: str) -> str:
        """What a service said."""
        return self.compose("logs", "--no-log-prefix", service).stdout

    def url(self, port: str, path: str = "") -> str:
        """The address of a published port."""
        return f"http://127.0.0.1:{self.ports[port]}{path}"

    def get(self, port: str, path: str, **query: str) -> Any:
        """The JSON that a service answers."""
        with urllib.request.urlopen(f"{self.url(port, path)}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
            return json.load(answer)

    def traces(self, service: str, **query: str) -> list[Any]:
        """The traces of a service that Jaeger finds in the last hour."""
        return list(self.get("JAEGER_PORT", "/api/traces", service=service, lookback="1h", **query)["data"] or [])

    def series(self, query: str) -> list[Any]:
        """What PromQL finds."""
        return list(self.get("PROMETHEUS_PORT", "/api/v1/query", query=query)["data"]["result"])

    def log_streams(self, query: str) -> list[Any]:
        """What LogQL finds in the last hour."""
        return list(self.get("LOKI_PORT", "/loki/api/v1/query_range", query=query)["data"]["result"])


def needs(project: Project, service: str) -> None:
    """Skip the test where the program is neither pulled nor built."""
    if service not in project.startable():
        pytest.skip(f"{service} is not here: its image was not pulled and its program is not built")


def docker(*arguments: str) -> str:
    """What `docker ARGUMENTS` prints."""
    return subprocess.run(("docker", *arguments), capture_output=True, text=True, check=True).stdout
