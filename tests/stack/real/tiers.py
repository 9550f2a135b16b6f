"""Agents and gateways: Collectors with the shipped configuration of collector/scale, on free ports in one folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.stack.binaries import BIN, ROOT
from tests.stack.real.programs import Running, free_port
from tests.stack.real.sink import Sink
from tests.stack.real.traces import TraceReceiver


class Tier:
    """One Collector: config.yaml with its ports rewritten, and overlays as they are."""

    def __init__(
        self, folder: Path, name: str, overlays: Sequence[str], environment: Mapping[str, str], **place: Any
    ) -> None:
        self.host: str = place.get("host", "127.0.0.1")
        self.port: int = place.get("port") or free_port()
        self.http_port, health, own = free_port(), free_port(), free_port()
        self._own = own
        base = _with_ports(folder / f"{name}.yaml", self.port, self.http_port, health, own)
        files = [str(base), *(str(ROOT / "collector" / overlay) for overlay in overlays)]
        arguments = [argument for file in files for argument in ("--config", file)]
        settings = {
            "OTELCOL_LISTEN_HOST": self.host,
            "OTELCOL_QUEUE_DIR": str(folder / f"{name}-queue"),
            "OTELCOL_INSTANCE_ID": name,
            **environment,
        }
        command = (*place.get("before", ()), str(BIN / "otelcol"), *arguments)
        self.program = Running(command, f"http://{self.host}:{health}", folder / f"{name}.log", settings)

    @property
    def address(self) -> str:
        """Where OTLP over gRPC is taken."""
        return f"{self.host}:{self.port}"

    def accepts(self, signal: str, body: bytes) -> bool:
        """True when the Collector took the request; False when it refused or was not there."""
        request = urllib.request.Request(
            f"http://{self.host}:{self.http_port}/v1/{signal}", body, {"Content-Type": "application/x-protobuf"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30):
                return True
        except OSError:
            return False

    def own_metrics(self) -> str:
        """What the Collector says of itself."""
        with urllib.request.urlopen(f"http://{self.host}:{self._own}/metrics", timeout=10) as answer:
            return str(answer.read().decode())


class Gateway:
    """A gateway with engines of its own, so that a test sees what went through it."""

    def __init__(self, folder: Path, name: str, *overlays: str, **place: Any) -> None:
        self.traces = TraceReceiver(free_port())
        self.sink = Sink()
        environment = {
            "JAEGER_OTLP": f"127.0.0.1:{self.traces.port}",
            "LOKI_OTLP": self.sink.url,
            "PROMETHEUS_OTLP": self.sink.url,
        }
        self.tier = Tier(folder, name, ("scale/gateway.overlay.yaml", *overlays), environment, **place)

    def start(self) -> None:
        """The engines, then the gateway."""
        self.traces.start()
        self.sink.start()
        self.tier.program.start()

    def stop(self) -> None:
        """The gateway, then its engines."""
        self.tier.program.stop()
        self.traces.stop()
        self.sink.stop()

    def trace_ids(self) -> set[bytes]:
        """The traces of which something arrived."""
        return {span.trace_id for span in list(self.traces.spans)}

    def span_ids(self) -> set[bytes]:
        """The spans that arrived."""
        return {span.span_id for span in list(self.traces.spans)}


def agent(folder: Path, name: str, gateways: Sequence[Gateway], *overlays: str, **more: str) -> Tier:
    """An agent that knows its gateways by a list."""
    environment = {"GATEWAYS": addresses(gateways), **more}
    return Tier(folder, name, ("scale/agent.overlay.yaml", *overlays), environment)


def addresses(gateways: Sequence[Gateway]) -> str:
    """The list of gateways as GATEWAYS takes it."""
    return json.dumps({"static": {"hostnames": [gateway.tier.address for gateway in gateways]}})


class Names:
    """A hosts file for one agent, laid over /etc/hosts in a mount namespace: the gateways' name is looked up there."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "hosts"
        self.before = (
            "/usr/bin/unshare",
            "--mount",
            "--map-root-user",
            "/bin/sh",
            "-c",
            f'mount --bind {self._file} /etc/hosts && exec "$@"',
            "sh",
        )

    def are(self, *hosts: str) -> None:
        """From now on the name `gateways` has these addresses."""
        self._file.write_text("".join(f"{host} gateways\n" for host in hosts))

    @staticmethod
    def possible() -> bool:
        """Whether this machine lets us make a mount namespace."""
        command = ("unshare", "--mount", "--map-root-user", "true")
        return shutil.which("unshare") is not None and not subprocess.run(command, capture_output=True).returncode


def _with_ports(target: Path, grpc: int, http: int, health: int, own: int) -> Path:
    text = (ROOT / "collector/config.yaml").read_text()
    for old, new in {
        "}:4317": f"}}:{grpc}",
        "}:4318": f"}}:{http}",
        "}:13133": f"}}:{health}",
        "port: 8888": f"port: {own}",
    }.items():
        assert old in text, f"collector/config.yaml no longer has {old!r}: the rewriting of addresses must follow"
        text = text.replace(old, new)
    target.write_text(text)
    return target
