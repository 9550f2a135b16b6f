"""Who is told of alerts: what an owner may say of receivers, and what Alertmanager is told."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from otel_voice.monitoring.errors import ValuesError
from otel_voice.monitoring.routing import rendered
from otel_voice.monitoring.routing.inhibition import INHIBITIONS
from otel_voice.monitoring.values import PATH, Values, own_values
from tests.stack.binaries import ROOT

SHIPPED = (ROOT / PATH).read_text()
ALL = """
receivers:
  pagerduty: {}
  slack: {channel: "#voice"}
  email: {to: team@example.com, from: voice@example.com, smarthost: "smtp.example.com:587", username: voice}
  teams: {}
  webhook: {url_file: hook}
"""


def own(text: str) -> Values:
    return own_values(SHIPPED, text, "mine.yaml")


def configured(text: str) -> Any:
    """Alertmanager's configuration for somebody's values."""
    return yaml.safe_load(rendered(own(text))["stack/alertmanager/alertmanager.yml"])


def settings(text: str, name: str) -> Any:
    """What Alertmanager is told of one receiver."""
    [section] = [one for one in configured(text)["receivers"] if one["name"] == name]
    [key] = set(section) - {"name"}
    [only] = section[key]
    return only


def test_nobody_is_told_where_nobody_is_named() -> None:
    """The page shows everything, and there is no route."""
    configuration = configured("")
    assert configuration["receivers"] == [{"name": "page"}]
    assert configuration["route"]["receiver"] == "page"
    assert "routes" not in configuration["route"]


def test_a_receiver_that_is_not_named_is_not_there() -> None:
    """Each is optional."""
    assert [one["name"] for one in configured("receivers: {teams: {}}")["receivers"]] == ["page", "teams"]


def test_secrets_are_files() -> None:
    """Beside the configuration, under their usual names or others."""
    folder = "/etc/alertmanager/secrets"
    assert settings(ALL, "pagerduty")["routing_key_file"] == f"{folder}/pagerduty_routing_key"
    assert settings(ALL, "slack")["api_url_file"] == f"{folder}/slack_url"
    assert settings(ALL, "email")["auth_password_file"] == f"{folder}/email_password"
    assert settings(ALL, "teams")["webhook_url_file"] == f"{folder}/teams_url"
    assert settings(ALL, "webhook") == {"url_file": f"{folder}/hook"}


def test_the_owners_times() -> None:
    """They may be longer, and shorter down to the limit; what is not said stays as it was shipped."""
    route = configured("routing: {group_wait: 5s, repeat_interval: 15m}")["route"]
    assert (route["group_wait"], route["group_interval"], route["repeat_interval"]) == ("5s", "5m", "15m")


def test_a_receiver_may_have_other_severities() -> None:
    """A team without PagerDuty has its critical alerts by e-mail."""
    routes = configured(ALL.replace("username: voice", "severities: [warning, critical]"))["route"]["routes"]
    assert {"matchers": ['severity=~"critical|warning"'], "receiver": "email", "continue": True} in routes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("receivers: {slak: {}}", "receivers.slak is unknown; allowed here: pagerduty, slack, email, teams, webhook"),
        ("receivers: {slack: {chanel: x}}", "receivers.slack.chanel is unknown; allowed here: url_file, channel"),
        ("receivers: [slack]", "receivers is ['slack']: names and values are allowed"),
        ("receivers: {slack: true}", "receivers.slack needs settings"),
        ("receivers: {slack: {channel: 7}}", "receivers.slack.channel is 7: a text is allowed"),
        ("receivers: {slack: {channel: '{{ x }}'}}", "receivers.slack.channel is '{{ x }}': a text without {{"),
        ("receivers: {email: {to: a@b.c, from: a@b.c}}", "smarthost is missing; to, from and smarthost are needed"),
        ("receivers: {email: {to: me, from: a@b.c, smarthost: 'a:25'}}", "receivers.email.to is 'me': an address"),
        ("receivers: {email: {to: a@b.c, from: a@b.c, smarthost: a}}", "receivers.email.smarthost is 'a': HOST:PORT"),
        ("receivers: {email: {to: a@b.c, from: a@b.c, smarthost: 'a:1', password_file: x}}", "beside a username only"),
        ("receivers: {pagerduty: {url: pager.example.com}}", "receivers.pagerduty.url is 'pager.example.com'"),
        ("receivers: {teams: {severities: [urgent]}}", "receivers.teams.severities[0] is 'urgent': critical, warning,"),
        ("receivers: {teams: {severities: [[1]]}}", "receivers.teams.severities[0] is [1]: critical, warning, info"),
        ("routing: {repeat_interval: 10m}", "routing.repeat_interval is '10m': a duration of at least 900s"),
        ("routing: {group_interval: 0s}", "routing.group_interval is '0s': a duration of at least 1s"),
        ("routing: {group_wait: soon}", "routing.group_wait is 'soon': a duration is allowed"),
        ("routing: {repeat: 1h}", "routing.repeat is unknown"),
    ],
)
def test_what_will_not_do_is_refused_by_its_place(text: str, said: str) -> None:
    """File, place and what is allowed."""
    with pytest.raises(ValuesError) as caught:
        rendered(own(text))
    assert said in str(caught.value)
    assert str(caught.value).startswith("mine.yaml: ")


SECRET = "https://hooks.example.com/T0/B0/s3cret"


@pytest.mark.parametrize(
    "receiver",
    [
        f"slack: {SECRET}",
        f"slack: {{url: {SECRET}}}",
        f"slack: {{url_file: {SECRET}}}",
        f"slack: {{api_url: {SECRET}}}",
        "slack: {app_token: xoxb-s3cret}",
        f"teams: {{url: {SECRET}}}",
        f"webhook: {{url: {SECRET}}}",
        "pagerduty: {routing_key: s3cret}",
        "pagerduty: {routing_key_file: ../../s3cret}",
        "email: {to: a@b.c, from: a@b.c, smarthost: 'a:1', username: a, password: s3cret}",
    ],
)
def test_a_plain_secret_is_refused_and_not_repeated(receiver: str) -> None:
    """The line says where a secret belongs, and does not have it."""
    with pytest.raises(ValuesError, match=r"(file in|into|settings)") as caught:
        rendered(own(f"receivers: {{{receiver}}}"))
    assert "s3cret" not in str(caught.value)


def test_inhibitions_name_alerts_that_there_are() -> None:
    """A misspelt name would silence nothing."""
    known = set(own("").alerts)
    named = {name for one in INHIBITIONS for name in (*one.sources, *one.targets)}
    assert named <= known


def test_no_alert_silences_itself() -> None:
    """Nor do two silence each other: then neither would be told."""
    silenced = {(source, target) for one in INHIBITIONS for source in one.sources for target in one.targets}
    assert not [(source, target) for source, target in silenced if (target, source) in silenced]


@pytest.mark.parametrize("name", ["VoiceAuditBlocked", "VoiceTelemetryLost", "VoiceAlertFromCode", "VoiceHostDiskFull"])
def test_what_is_about_something_else_is_always_told(name: str) -> None:
    """No outage hides it."""
    assert not [one.why for one in INHIBITIONS if name in one.targets]


EXPRESSIONS = {
    rule["alert"]: rule["expr"]
    for file in sorted((ROOT / "stack/prometheus/rules").glob("*.yml"))
    for group in yaml.safe_load(file.read_text())["groups"]
    for rule in group["rules"]
    if "alert" in rule
}


def test_what_an_inhibition_compares_is_in_the_alerts() -> None:
    """A provider or a host that one of the two does not tell apart would never be equal, and silence nothing."""
    service = {"service_name", "deployment_environment_name"}
    missing = [
        (name, label)
        for one in INHIBITIONS
        for name in (*one.sources, *one.targets)
        for label in set(one.equal) - service
        if name in EXPRESSIONS and label not in EXPRESSIONS[name]
    ]
    assert missing == []
