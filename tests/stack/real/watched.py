"""The whole stack with the rules and routes that a file of values renders, looked at every second or two."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from otel_voice.monitoring.rendering import rendered
from otel_voice.monitoring.values import Values
from tests.stack.binaries import ROOT
from tests.stack.real.programs import Running
from tests.stack.real.whole import WholeStack

_ALERTMANAGER = "stack/alertmanager"


class WatchedStack(WholeStack):
    """Prometheus and Loki tell Alertmanager, and Alertmanager tells whom the values name.

    `secrets` are the files that receivers read, by their names.
    """

    def __init__(self, folder: Path, values: Values, secrets: Mapping[str, str]) -> None:
        self._files = rendered(values)
        self._secrets = secrets
        super().__init__(folder)

    def _put(self, shipped: str, target: Path) -> None:
        """The rendered files below a folder of the stack's, instead of the shipped ones."""
        target.mkdir(parents=True, exist_ok=True)
        for path, text in self._files.items():
            if path.startswith(f"{shipped}/"):
                (target / Path(path).name).write_text(text)

    def _prometheus_rules(self) -> Path:
        rules = self._folder / "rules"
        self._put("stack/prometheus/rules", rules)
        return rules

    def _ruler(self) -> dict[str, str]:
        moved = super()._ruler()
        rules = Path(moved["/etc/loki/rules"]) / "fake"
        shutil.rmtree(rules)
        self._put("stack/loki/rules/fake", rules)
        return moved

    def _scraped(self) -> dict[str, str]:
        hasty = {"scrape_interval: 15s": "scrape_interval: 2s", "evaluation_interval: 15s": "evaluation_interval: 2s"}
        return {**super()._scraped(), **hasty}

    def _alertmanager(self) -> Running:
        folder = self._folder / "routing"
        shutil.copytree(ROOT / _ALERTMANAGER / "templates", folder / "templates")
        self._put(f"{_ALERTMANAGER}/templates", folder / "templates")
        self._put(_ALERTMANAGER, folder)
        for name, secret in self._secrets.items():
            (folder / name).write_text(secret)
        config = folder / "alertmanager.yml"
        config.write_text(config.read_text().replace("/etc/alertmanager/secrets", str(folder)))
        command = (
            "alertmanager",
            f"--config.file={config}",
            f"--storage.path={self._folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{self.ports['alertmanager']}",
            "--cluster.listen-address=",
        )
        log = self._folder / "alertmanager.log"
        return Running(command, f"{self._url('alertmanager')}/-/ready", log, {})
