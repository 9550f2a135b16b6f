"""A test alert to each receiver, through the real Alertmanager, and what each answered."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Final

from otel_voice.monitoring.alertmanager import Alertmanager, Counts, KnownAlert
from otel_voice.monitoring.routing.receiver import Severity
from otel_voice.monitoring.routing.tree import TEST_LABEL

ALERTNAME: Final = "VoiceTestAlert"
_RUN_LABEL: Final = "voice_test_run"
_LOOK_EVERY: Final = 0.25
# Where we are stopped before we take it back, it is over by itself.
_OVER_AFTER: Final = timedelta(minutes=2)

_REASONS: Final = {
    "authError": "it refuses: the secret is wrong, or has no right to this (401 or 403)",
    "rateLimited": "it takes no more for now (429)",
    "clientError": "it refuses the message: is the address the right one, are the settings?",
    "serverError": "it failed itself (5xx)",
    "contextDeadlineExceeded": "it gave no answer in time",
    "contextCanceled": "Alertmanager ended, or read its configuration again, before there was an answer",
    "other": "it was not reached, or spoke otherwise than expected: is its address right, and is its secret a file in "
    "stack/alertmanager/secrets that Alertmanager may read?",
}


@dataclass(frozen=True)
class Outcome:
    """What one receiver answered."""

    receiver: str
    accepted: bool
    text: str


def has_route(configuration: str, receiver: str) -> bool:
    """Whether Alertmanager's configuration leads tests of a receiver to it; without, they would page somebody else."""
    return re.search(rf'{TEST_LABEL}=\\?"{re.escape(receiver)}\\?"', configuration) is not None


def trial(
    alertmanager: Alertmanager, receivers: Sequence[str], annotations: Mapping[str, str], timeout: float
) -> list[Outcome]:
    """Tells each receiver of an alert, and then that it is over; each may take so many seconds to answer.

    An outcome for each receiver, in their order. Raises AskingError.
    """
    run = _Run(alertmanager, receivers, annotations, timeout)
    began = alertmanager.counts()
    run.send(datetime.now(timezone.utc) + _OVER_AFTER)
    try:
        told = run.outcomes(receivers, began)
        between = alertmanager.counts()
    finally:
        run.send(datetime.now(timezone.utc))
    # Waited for, too: until it was sent it would be counted for the next test.
    over = run.outcomes([receiver for receiver in receivers if told[receiver].accepted], between)
    return [_both(told[receiver], over.get(receiver)) for receiver in receivers]


@dataclass(frozen=True)
class _Run:
    alertmanager: Alertmanager
    receivers: Sequence[str]
    annotations: Mapping[str, str]
    timeout: float
    name: str = field(default_factory=lambda: secrets.token_hex(4))

    def send(self, end: datetime) -> None:
        """An alert for each receiver, critical: it must be told as loudly as one that is meant."""
        self.alertmanager.send(
            {
                "labels": {
                    "alertname": ALERTNAME,
                    "severity": Severity.CRITICAL.value,
                    TEST_LABEL: receiver,
                    _RUN_LABEL: self.name,
                },
                "annotations": {"summary": f"Test of {receiver}", **self.annotations},
                "endsAt": end.isoformat(),
            }
            for receiver in self.receivers
        )

    def outcomes(self, receivers: Sequence[str], before: Mapping[str, Counts]) -> dict[str, Outcome]:
        """What became of the notifications since then, as soon as it is known of all."""
        deadline = time.monotonic() + self.timeout
        found: dict[str, Outcome] = {}
        counts: dict[str, Counts] = {}
        while len(found) < len(receivers) and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY)
            now, held = self.alertmanager.counts(), self._held()
            for receiver in receivers:
                counts[receiver] = now.get(receiver, Counts()).since(before.get(receiver, Counts()))
                outcome = _answered(receiver, counts[receiver]) or _kept_back(receiver, held.get(receiver))
                if outcome is not None:
                    found.setdefault(receiver, outcome)
        return {receiver: found.get(receiver) or _silent(receiver, counts.get(receiver)) for receiver in receivers}

    def _held(self) -> dict[str, KnownAlert]:
        alerts = self.alertmanager.alerts(f'{_RUN_LABEL}="{self.name}"')
        return {alert.labels.get(TEST_LABEL, ""): alert for alert in alerts}


def _both(told: Outcome, over: Outcome | None) -> Outcome:
    if over is None or over.accepted:
        return told
    return Outcome(told.receiver, False, f"{told.text}, but not that it was over: {over.text}")


def _answered(receiver: str, counts: Counts) -> Outcome | None:
    given_up = next((reason for reason, count in counts.failed.items() if count), None)
    if given_up is not None:
        return Outcome(receiver, False, f"failed: {_REASONS.get(given_up, given_up)}")
    if counts.accepted >= 1:
        retried = f", after {counts.failed_requests:g} that failed" if counts.failed_requests else ""
        return Outcome(receiver, True, f"accepted{retried}")
    return None


def _kept_back(receiver: str, alert: KnownAlert | None) -> Outcome | None:
    """It was not sent, and will not be."""
    if alert is None:
        return None
    if alert.silenced_by:
        return Outcome(receiver, False, f"not sent: the silence {', '.join(alert.silenced_by)} covers tests")
    if alert.inhibited_by:
        return Outcome(receiver, False, "not sent: another alert inhibits tests")
    return None


def _silent(receiver: str, counts: Counts | None) -> Outcome:
    if counts is not None and counts.failed_requests:
        return Outcome(receiver, False, f"failed {counts.failed_requests:g} times, and is being tried again")
    return Outcome(receiver, False, "no answer within the time")
