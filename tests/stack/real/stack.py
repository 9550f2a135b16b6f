"""The whole stack on free ports: the shipped configuration files, only addresses and paths rewritten."""

from __future__ import annotations

import json
import shutil
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.stack.binaries import ROOT
from tests.stack.real.programs import Running, free_port
from tests.stack.real.traces import TraceReceiver


class Stack:
    """Collector, Prometheus and Loki as shipped, and a receiver of traces, all in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ports = {
            name: free_port() for name in ("grpc", "http", "health", "own", "prometheus", "loki", "loki_grpc")
        }
        self.traces = self._traces()
        self.collector = self._collector()
        self.prometheus = self._prometheus()
        self.loki = self._loki()

    def start(self) -> None:
        """Backends first, as compose does not promise but a test needs no luck."""
        self.start_backends()
        self.collector.start()

    def start_backends(self) -> None:
        """All but the Collector."""
        self.traces.start()
        for program in (self.prometheus, self.loki):
            program.start()

    def stop(self) -> None:
        """The Collector first, so that it can hand over what it has."""
        for program in (self.collector, self.loki, self.prometheus):
            program.stop()
        self.traces.stop()

    @property
    def endpoint(self) -> str:
        """Where OTLP over HTTP is taken."""
        return self._url("http")

    def send(self, signal: str, body: Mapping[str, Any]) -> None:
        """Post OTLP as JSON; raises urllib.error.HTTPError when it is refused."""
        request = urllib.request.Request(
            f"{self.endpoint}/v1/{signal}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30):
            pass

    def prometheus_get(self, path: str, **query: str) -> Any:
        """The data of an answer of Prometheus' API."""
        return asked(f"{self._url('prometheus')}/api/v1/{path}", query)["data"]

    def log_streams(self, query: str) -> list[Any]:
        """The streams that LogQL finds in the last hour."""
        answer = asked(f"{self._url('loki')}/loki/api/v1/query_range", {"query": query, "limit": "5000"})
        return list(answer["data"]["result"])

    def own_metrics(self) -> str:
        """What the Collector says of itself."""
        with urllib.request.urlopen(f"{self._url('own')}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    def _url(self, port: str) -> str:
        return f"http://127.0.0.1:{self.ports[port]}"

    def _traces(self) -> TraceReceiver:
        return TraceReceiver(free_port())

    def _scraped(self) -> dict[str, str]:
        """What Prometheus asks for metrics, and where that is here."""
        return {
            "localhost:9090": f"127.0.0.1:{self.ports['prometheus']}",
            "otel-collector:8888": f"127.0.0.1:{self.ports['own']}",
            "loki:3100": f"127.0.0.1:{self.ports['loki']}",
        }

    def _prometheus_rules(self) -> Path:
        return Path(shutil.copytree(ROOT / "stack/prometheus/rules", self._folder / "rules"))

    def _ruler(self) -> dict[str, str]:
        """Where Loki's ruler has its rules and sends its alerts."""
        return {"/etc/loki/rules": str(ROOT / "stack" / "loki" / "rules")}

    def _write(self, shipped: str, rewritten: Mapping[str, str], name: str | None = None) -> Path:
        text = (ROOT / shipped).read_text()
        for old, new in rewritten.items():
            assert old in text, f"{shipped} no longer has {old!r}: the rewriting of addresses must follow"
            text = text.replace(old, new)
        target = self._folder / (name or Path(shipped).name)
        target.write_text(text)
        return target

    def _collector(self) -> Running:
        config = self._write(
            "collector/config.yaml",
            {
                "}:4317": f"}}:{self.ports['grpc']}",
                "}:4318": f"}}:{self.ports['http']}",
                "}:13133": f"}}:{self.ports['health']}",
                "port: 8888": f"port: {self.ports['own']}",
            },
        )
        environment = {
            "OTELCOL_QUEUE_DIR": str(self._folder / "queue"),
            "JAEGER_OTLP": f"127.0.0.1:{self.traces.port}",
            "PROMETHEUS_OTLP": f"http://127.0.0.1:{self.ports['prometheus']}/api/v1/otlp",
            "LOKI_OTLP": f"http://127.0.0.1:{self.ports['loki']}/otlp",
        }
        log = self._folder / "otelcol.log"
        return Running(("otelcol", "--config", str(config)), self._url("health"), log, environment)

    def _prometheus(self) -> Running:
        self._prometheus_rules()
        config = self._write("stack/prometheus/prometheus.yml", self._scraped())
        command = (
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={self._folder / 'prometheus'}",
            f"--web.listen-address=127.0.0.1:{self.ports['prometheus']}",
            *compose_flags("prometheus", "--web.enable-otlp-receiver", "--enable-feature"),
        )
        return Running(command, f"{self._url('prometheus')}/-/ready", self._folder / "prometheus.log", {})

    def _loki(self) -> Running:
        config = self._write(
            "stack/loki/loki.yaml",
            {
                **self._ruler(),
                " /loki": f" {self._folder / 'loki'}",
                "0.0.0.0": "127.0.0.1",
                "3100": str(self.ports["loki"]),
                "9096": str(self.ports["loki_grpc"]),
            },
        )
        ready = f"{self._url('loki')}/ready"
        return Running(("loki", f"-config.file={config}"), ready, self._folder / "loki.log", {})


def compose_flags(service: str, *beginnings: str) -> list[str]:
    """The flags of a service in docker-compose.yml that begin so."""
    import yaml

    command = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][service]["command"]
    return [flag for flag in command if flag.startswith(beginnings)]


def asked(url: str, query: Mapping[str, str]) -> Any:
    """The answer of an API, which is JSON."""
    with urllib.request.urlopen(f"{url}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
        return json.load(answer)
