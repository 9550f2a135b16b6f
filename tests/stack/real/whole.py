"""The stack with Jaeger and Alertmanager, as docker-compose.yml puts it together, Grafana excepted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.stack.binaries import ROOT
from tests.stack.real.programs import Running, free_port
from tests.stack.real.stack import Stack, asked, compose_flags
from tests.stack.real.traces import TraceReceiver, TraceRelay

RULES = Path(__file__).parent / "rules"


class WholeStack(Stack):
    """Every program as shipped; beside the shipped rules Prometheus and Loki have one that fires for the test."""

    def __init__(self, folder: Path) -> None:
        names = ("jaeger", "jaeger_grpc", "jaeger_otlp", "jaeger_health", "jaeger_own", "alertmanager")
        self._more_ports = {name: free_port() for name in names}
        super().__init__(folder)
        self.ports.update(self._more_ports)
        self.jaeger = self._jaeger()
        self.alertmanager = self._alertmanager()

    def start(self) -> None:
        """Those that are sent something, before those that send it."""
        self.alertmanager.start()
        super().start_backends()
        self.jaeger.start()
        self.collector.start()

    def stop(self) -> None:
        """In the other direction."""
        self.collector.stop()
        self.jaeger.stop()
        super().stop()
        self.alertmanager.stop()

    def jaeger_get(self, path: str, **query: str) -> Any:
        """An answer of Jaeger's API."""
        return asked(f"{self._url('jaeger')}/api/{path}", query)

    def alerts(self) -> list[Any]:
        """What Alertmanager has been told and was not resolved."""
        return list(asked(f"{self._url('alertmanager')}/api/v2/alerts", {}))

    def _traces(self) -> TraceReceiver:
        return TraceRelay(free_port(), f"127.0.0.1:{self._more_ports['jaeger_otlp']}")

    def _jaeger(self) -> Running:
        config = self._write(
            "stack/jaeger/config.yaml",
            {
                " /badger": f" {self._folder / 'badger'}",
                "http://prometheus:9090": self._url("prometheus"),
                "}:4317": f"}}:{self.ports['jaeger_otlp']}",
                "}:16686": f"}}:{self.ports['jaeger']}",
                "}:16685": f"}}:{self.ports['jaeger_grpc']}",
                "}:13133": f"}}:{self.ports['jaeger_health']}",
                "port: 8888": f"port: {self.ports['jaeger_own']}",
            },
            "jaeger.yaml",
        )
        ready = f"{self._url('jaeger_health')}/status"
        log = self._folder / "jaeger.log"
        return Running(("jaeger", "--config", str(config)), ready, log, {"JAEGER_LISTEN_HOST": "127.0.0.1"})

    def _alertmanager(self) -> Running:
        command = (
            "alertmanager",
            f"--config.file={ROOT / 'stack/alertmanager/alertmanager.yml'}",
            f"--storage.path={self._folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{self.ports['alertmanager']}",
            "--cluster.listen-address=",
            *compose_flags("alertmanager", "--enable-feature"),
        )
        log = self._folder / "alertmanager.log"
        return Running(command, f"{self._url('alertmanager')}/-/ready", log, {})

    def _scraped(self) -> dict[str, str]:
        return {
            **super()._scraped(),
            "jaeger:8888": f"127.0.0.1:{self._more_ports['jaeger_own']}",
            "alertmanager:9093": f"127.0.0.1:{self._more_ports['alertmanager']}",
        }

    def _prometheus_rules(self) -> Path:
        rules = super()._prometheus_rules()
        shutil.copy(RULES / "prometheus.yml", rules / "stack-test.yml")
        return rules

    def _ruler(self) -> dict[str, str]:
        rules = shutil.copytree(ROOT / "stack/loki/rules", self._folder / "loki-rules")
        shutil.copy(RULES / "loki.yml", rules / "fake" / "stack-test.yml")
        return {
            "/etc/loki/rules": str(rules),
            "alertmanager:9093": f"127.0.0.1:{self._more_ports['alertmanager']}",
        }
