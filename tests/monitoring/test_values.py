"""The file of values: what is shipped is sound, somebody's own lies over it, and what will not do is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from otel_voice.monitoring.errors import ValuesError
from otel_voice.monitoring.values import PATH, SHARES, Values, own_values, shipped_values

SHIPPED = (Path(__file__).resolve().parents[2] / PATH).read_text(encoding="utf-8")


def own(text: str) -> Values:
    """The shipped values with these over them."""
    return own_values(SHIPPED, text, "mine.yaml")


def test_the_shipped_file_has_the_thresholds_that_were_asked_for() -> None:
    """Those that the alerts are known by."""
    values = shipped_values(SHIPPED)
    asked = {"VoiceErrorRateCritical": (0.1, "5m"), "VoiceResponseLatencyHigh": (3.0, "10m")}
    assert {name: (values.alert(name).threshold, values.alert(name).for_) for name in asked} == asked
    assert values.alert("VoiceActiveCallsCritical").threshold == 100
    assert (values.latency.target, values.latency.seconds, values.availability.target) == (0.95, 3.0, 0.99)


def test_every_share_is_an_alert() -> None:
    """No name of the list of shares is out of date."""
    assert shipped_values(SHIPPED).alerts.keys() >= SHARES


def test_a_file_says_only_what_differs() -> None:
    """Everything else stays as it is shipped."""
    values = own("alerts: {VoiceErrorRateCritical: {threshold: 0.2}, VoiceHostDiskFull: {enabled: false}}")
    changed = values.alert("VoiceErrorRateCritical")
    assert (changed.threshold, changed.window, changed.minimum) == (0.2, "5m", 10)
    assert not values.alert("VoiceHostDiskFull").enabled
    assert values.alert("VoiceHostCpuHigh") == shipped_values(SHIPPED).alert("VoiceHostCpuHigh")


@pytest.mark.parametrize("text", ["", "# nothing\n", "alerts:\n", "alerts: {}\nlinks:\n"])
def test_a_file_that_says_nothing(text: str) -> None:
    """It is the shipped one."""
    assert own(text).alerts == shipped_values(SHIPPED).alerts


def test_a_link_loses_the_slash_at_its_end() -> None:
    """What is put behind it begins with one."""
    assert (
        own("links: {grafana: https://grafana.example.com/voice/}").links.grafana == "https://grafana.example.com/voice"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alerts: [", "mine.yaml, line 1: this is no YAML"),
        ("alerts: {a: b: c}", "mine.yaml, line 1: this is no YAML"),
        ("alerts: 2026-13-41", "mine.yaml: this is no YAML"),
        ("- alerts", "mine.yaml: the file is ['alerts']: names and values are allowed"),
        ("alert: {}", "mine.yaml: alert is unknown; allowed here: alerts, objectives"),
        ("alerts: 3", "mine.yaml: alerts is 3: names and values"),
        ("alerts: {VoiceErorRate: {}}", "mine.yaml: alerts.VoiceErorRate is unknown; allowed here: VoiceServiceDown"),
        (
            "alerts: {VoiceHealthCheckFailing: {threshold: 3}}",
            "alerts.VoiceHealthCheckFailing.threshold is unknown; allowed here: for, enabled",
        ),
        ("alerts: {VoiceErrorRateCritical: {threshold: 10}}", "threshold is 10: a number from 0 to 1 is allowed"),
        ("alerts: {VoiceErrorRateCritical: {threshold: ten}}", "threshold is 'ten': a number is allowed"),
        ("alerts: {VoiceErrorRateCritical: {threshold: true}}", "threshold is True: a number is allowed"),
        ("alerts: {VoiceErrorRateCritical: {threshold: .nan}}", "threshold is nan: a number is allowed"),
        ("alerts: {VoiceQueueBacklog: {threshold: -1}}", "threshold is -1: a number at least 0 is allowed"),
        ("alerts: {VoiceErrorRateCritical: {for: 5}}", "for is 5: a duration is allowed, as 30s, 5m"),
        ("alerts: {VoiceErrorRateCritical: {for: 5 min}}", "for is '5 min': a duration is allowed"),
        ("alerts: {VoiceErrorRateCritical: {window: 10s}}", "window is '10s': a duration of at least 60s"),
        ("alerts: {VoiceErrorRateCritical: {minimum: 0}}", "minimum is 0: a number at least 1"),
        ("alerts: {VoiceErrorRateCritical: {enabled: maybe}}", "enabled is 'maybe': true or false"),
        ("objectives: {latency: {seconds: 2.7}}", "seconds is 2.7: a bucket boundary of voice.turn.response.latency"),
        ("objectives: {availability: {target: 99}}", "objectives.availability.target is 99: a number from 0 to 1"),
        ("objectives: {latency: {target: 0.9}}", "target is 0.9: a share above 0.9306 and below 1 is allowed"),
        ("objectives: {latency: {target: 1}}", "target is 1: a share above"),
        ("services: reception", "services is 'reception': a list is allowed"),
        ("services: [3]", "services[0] is 3: a text is allowed"),
        ("links: {grafana: grafana}", "links.grafana is 'grafana': an address is allowed"),
        ("links: {grafana: 'http://a:99999'}", "links.grafana is 'http://a:99999': an address is allowed"),
        ("links: {grafana: 'javascript:alert(1)'}", "an address is allowed"),
        ("links: {wiki: http://a}", "links.wiki is unknown; allowed here: grafana, prometheus"),
    ],
)
def test_what_will_not_do_is_refused(text: str, said: str) -> None:
    """One line with the file, the place and what is allowed."""
    with pytest.raises(ValuesError) as error:
        own(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_receivers_are_handed_on_as_they_stand() -> None:
    """Their names are their owner's, and an error in them names his file."""
    receivers = own("receivers: {slack: {channel: '#calls'}}").receivers
    assert receivers.mapping()["slack"].mapping()["channel"].text() == "#calls"
    assert str(receivers.mapping()["slack"].refused("nothing is allowed")).startswith("mine.yaml: receivers.slack is ")
