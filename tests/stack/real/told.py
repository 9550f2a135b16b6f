"""An Alertmanager with the routes that are rendered for an owner's values, and receivers of every kind on loopback."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from otel_voice.monitoring.routing import rendered
from otel_voice.monitoring.values import PATH, own_values
from tests.stack.binaries import ROOT
from tests.stack.real.programs import Running, free_port
from tests.stack.real.receivers import Mail, Web
from tests.stack.real.stack import asked, compose_flags

QUICK = "routing: {group_wait: 0s, group_interval: 1s, repeat_interval: 15m}\n"
LINKS = "links: {alertmanager: 'https://alerts.example.com'}\n"
KINDS = ("pagerduty", "slack", "email", "teams", "webhook")


class Told:
    """Alertmanager and everybody it tells, in one folder."""

    def __init__(self, folder: Path, kinds: Sequence[str] = KINDS) -> None:
        self.web = Web()
        self.mail = Mail()
        self.values = folder / "alerts.yaml"
        self.values.write_text(QUICK + LINKS + f"receivers: {json.dumps({kind: self._said(kind) for kind in kinds})}\n")
        self.secrets = folder / "secrets"
        self.secrets.mkdir()
        for name in ("slack_url", "teams_url", "webhook_url"):
            (self.secrets / name).write_text(f"{self.web.url}/{name.removesuffix('_url')}\n")
        (self.secrets / "pagerduty_routing_key").write_text("a-key\n")
        (self.secrets / "email_password").write_text("a-password\n")
        self.configuration = written(folder, self.values, self.secrets)
        self.url, self.alertmanager = alertmanager_with(self.configuration)

    def start(self) -> None:
        """The receivers listen already."""
        self.alertmanager.start()

    def stop(self) -> None:
        """Alertmanager first: it tells what it still has to."""
        self.alertmanager.stop()
        self.web.stop()
        self.mail.stop()

    def post(self, *alerts: Mapping[str, Any], over: bool = False) -> None:
        """Alerts as Prometheus sends them; `over` says that they are."""
        end = datetime.now(timezone.utc) + (timedelta() if over else timedelta(minutes=5))
        body = json.dumps([{**alert, "endsAt": end.isoformat()} for alert in alerts]).encode()
        request = urllib.request.Request(f"{self.url}/api/v2/alerts", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10):
            pass

    def alerts(self) -> list[Any]:
        """What is not over."""
        return list(asked(f"{self.url}/api/v2/alerts", {}))

    def _said(self, kind: str) -> dict[str, Any]:
        return {
            "pagerduty": {"url": f"{self.web.url}/pagerduty"},
            "slack": {"channel": "#voice"},
            "email": {
                "to": "team@example.com",
                "from": "voice@example.com",
                "smarthost": self.mail.address,
                "require_tls": False,
                "username": "voice",
            },
        }.get(kind, {})


def alertmanager_with(configuration: Path) -> tuple[str, Running]:
    """An Alertmanager on a free port, which is not started yet, and its address."""
    port, folder = free_port(), configuration.parent
    command = (
        "alertmanager",
        f"--config.file={configuration}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        *compose_flags("alertmanager", "--enable-feature"),
    )
    url = f"http://127.0.0.1:{port}"
    return url, Running(command, f"{url}/-/ready", folder / "alertmanager.log", {})


def written(folder: Path, values: Path, secrets: Path) -> Path:
    """Alertmanager's files for an owner's values; only the secrets' folder is another."""
    shutil.copytree(ROOT / "stack/alertmanager/templates", folder / "templates")
    files = rendered(own_values((ROOT / PATH).read_text(), values.read_text(), str(values)))
    for path, text in files.items():
        target = folder / path.removeprefix("stack/alertmanager/")
        target.write_text(text.replace("/etc/alertmanager/secrets", str(secrets)))
    return folder / "alertmanager.yml"
