"""What is asked of Alertmanager: whom it tells, what became of that, and what it knows of alerts."""

from __future__ import annotations

import re
import urllib.parse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from otel_voice.monitoring.asking import AskingError, Server

DEFAULT_URL: Final = "http://127.0.0.1:9093"

_SAMPLE: Final = re.compile(r"(?P<name>alertmanager_notification\w+_total)\{(?P<labels>.*)\} (?P<value>[0-9.e+]+)")
_LABEL: Final = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Counts:
    """What became of the notifications of one receiver since Alertmanager read its configuration."""

    requests: float = 0
    failed_requests: float = 0
    failed: Mapping[str, float] = field(default_factory=dict)
    """Those that were given up, by reason: authError, clientError, contextDeadlineExceeded, other, ..."""

    @property
    def accepted(self) -> float:
        """Requests that the receiver took."""
        return self.requests - self.failed_requests

    def since(self, before: Counts) -> Counts:
        """What is new; nothing is less than nothing, where the configuration was read again between."""
        failed = {reason: max(0, count - before.failed.get(reason, 0)) for reason, count in self.failed.items()}
        return Counts(
            max(0, self.requests - before.requests), max(0, self.failed_requests - before.failed_requests), failed
        )


@dataclass(frozen=True)
class KnownAlert:
    """An alert that Alertmanager holds."""

    labels: Mapping[str, str]
    silenced_by: tuple[str, ...]
    inhibited_by: tuple[str, ...]


class Alertmanager:
    """An Alertmanager that runs. Every method raises AskingError where there is no answer that can be used."""

    def __init__(self, url: str) -> None:
        self._server = Server("Alertmanager", url)
        self.url = self._server.shown.rstrip("/")

    def receivers(self) -> list[str]:
        """The names of its receivers, in the order of its configuration."""
        return [str(one["name"]) for one in self._listed("/api/v2/receivers", "name")]

    def configuration(self) -> str:
        """The configuration that it runs with, as text; secrets are left out."""
        answer = self._server.json("/api/v2/status")
        try:
            return str(answer["config"]["original"])
        except (KeyError, TypeError) as error:
            raise AskingError(f"{self.url}/api/v2/status gave no configuration: is it Alertmanager?") from error

    def counts(self) -> dict[str, Counts]:
        """By receiver; one that tells nobody, as `page`, is not among them."""
        return _counts(_samples(self._server.text("/metrics")))

    def alerts(self, *matchers: str) -> list[KnownAlert]:
        """Those that match, as `alertname="VoiceServiceDown"`; silenced ones, too."""
        return [_known(one) for one in self._listed("/api/v2/alerts", "labels", "status", query={"filter": matchers})]

    def send(self, alerts: Iterable[Mapping[str, Any]]) -> None:
        """Hands over alerts as its API takes them."""
        self._server.post("/api/v2/alerts", list(alerts))

    def _listed(self, path: str, *keys: str, query: Any = None) -> list[dict[str, Any]]:
        answer = self._server.json(path, query)
        if isinstance(answer, list) and all(isinstance(one, dict) and set(keys) <= one.keys() for one in answer):
            return answer
        raise AskingError(f"{self.url}{path} gave something else than {path.rpartition('/')[2]}: is it Alertmanager?")


def silence_link(url: str, labels: Mapping[str, str]) -> str:
    """The page of Alertmanager that silences all alerts with these labels."""
    matchers = ", ".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{url.rstrip('/')}/#/silences/new?filter={urllib.parse.quote(f'{{{matchers}}}', safe='')}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _known(alert: Mapping[str, Any]) -> KnownAlert:
    status = alert["status"] if isinstance(alert["status"], dict) else {}
    return KnownAlert(
        labels=alert["labels"] if isinstance(alert["labels"], dict) else {},
        silenced_by=tuple(status.get("silencedBy") or ()),
        inhibited_by=tuple(status.get("inhibitedBy") or ()),
    )


def _samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for line in text.splitlines():
        found = _SAMPLE.fullmatch(line)
        if found is not None:
            yield found["name"], dict(_LABEL.findall(found["labels"])), float(found["value"])


def _counts(samples: Iterable[tuple[str, dict[str, str], float]]) -> dict[str, Counts]:
    requests: Counter[str] = Counter()
    failed_requests: Counter[str] = Counter()
    failed: dict[str, Counter[str]] = {}
    for name, labels, value in samples:
        receiver = labels.get("receiver_name")
        if receiver is None:
            continue
        # A Counter adds floats as well; its type says otherwise.
        if name == "alertmanager_notification_requests_total":
            requests[receiver] += int(value)
        elif name == "alertmanager_notification_requests_failed_total":
            failed_requests[receiver] += int(value)
        elif name == "alertmanager_notifications_failed_total":
            failed.setdefault(receiver, Counter())[labels.get("reason", "other")] += int(value)
    return {
        receiver: Counts(requests[receiver], failed_requests[receiver], failed.get(receiver, {}))
        for receiver in requests
    }
