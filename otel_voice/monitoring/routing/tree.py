"""Which alert goes to whom, together with which others, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from otel_voice.monitoring.reading import Value
from otel_voice.monitoring.routing.receiver import PAGE, Receiver, Severity

TEST_LABEL: Final = "voice_test_receiver"
"""An alert with this label goes to the receiver that it names, whatever else it says: `otel-voice alerts test`."""

GROUPED_BY: Final = ("alertname", "service_name", "deployment_environment_name", "title")
"""One notification for each trouble of each service. Alerts from code share a name; their title tells them apart."""

SHORTEST_REPEAT: Final = 15 * 60
"""Seconds. A trouble that is known already is not told more often."""

# How soon it is told that a test is over. A receiver that fails is tried for 10 s, or for this where it is more, before
# its failure is counted.
_TEST_INTERVAL: Final = "5s"


def tree(receivers: Sequence[Receiver], timing: Value) -> dict[str, Any]:
    """Alertmanager's route. Raises ValuesError for times that will not do."""
    routes = [_tests(receivers), *_by_severity(receivers)] if receivers else []
    return {
        "receiver": PAGE,
        "group_by": list(GROUPED_BY),
        **_times(timing),
        **({"routes": routes} if routes else {}),
    }


def _times(timing: Value) -> dict[str, str]:
    parts = timing.known(("group_wait", "group_interval", "repeat_interval"))
    return {
        "group_wait": parts["group_wait"].duration(),
        "group_interval": parts["group_interval"].duration(1),
        "repeat_interval": parts["repeat_interval"].duration(SHORTEST_REPEAT),
    }


def _tests(receivers: Sequence[Receiver]) -> dict[str, Any]:
    """At once, and each by itself, so that the second test of a minute does not wait for the first."""
    return {
        "matchers": [f'{TEST_LABEL}!=""'],
        "receiver": PAGE,
        "group_by": ["..."],
        "group_wait": "0s",
        "group_interval": _TEST_INTERVAL,
        "routes": [{"matchers": [f'{TEST_LABEL}="{one.name}"'], "receiver": one.name} for one in receivers],
    }


def _by_severity(receivers: Sequence[Receiver]) -> list[dict[str, Any]]:
    """What nobody is to be told of, and what has another severity, stays on the page."""
    return [
        {"matchers": [_one_of(one.severities)], "receiver": one.name, "continue": True}
        for one in receivers
        if one.severities
    ]


def _one_of(severities: Sequence[Severity]) -> str:
    names = "|".join(severity.value for severity in severities)
    return f'severity=~"{names}"' if len(severities) > 1 else f'severity="{names}"'
