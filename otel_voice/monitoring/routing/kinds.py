"""The kinds of receivers: what an owner says of each, and what Alertmanager has to be told for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from otel_voice.monitoring.errors import ValuesError
from otel_voice.monitoring.reading import Value
from otel_voice.monitoring.routing.receiver import Receiver, Severity
from otel_voice.monitoring.routing.secrets import refuse_plain, secret_file

_ADDRESS: Final = re.compile(r"[^\s{}]+@[^\s{}]+")
_HOST_AND_PORT: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}")
_SEVERITIES: Final = "severities"


def receivers(section: Value) -> list[Receiver]:
    """Those that a section of values names, in the order of this file. Raises ValuesError."""
    entries = section.known(_KINDS)
    return [read(_settings(entries[name])) for name, read in _KINDS.items() if name in entries]


def _pagerduty(entry: Value) -> Receiver:
    key, default = "routing_key_file", "pagerduty_routing_key"
    refuse_plain(entry, ("routing_key", "service_key"), key, default)
    parts = entry.known((key, "url", _SEVERITIES))
    settings = {
        "routing_key_file": secret_file(parts.get(key), default),
        # PagerDuty's own where nothing is said; a gateway's otherwise.
        **({"url": parts["url"].address()} if "url" in parts else {}),
        "description": _template("subject"),
        "severity": _template("pagerduty.severity"),
        "source": _template("pagerduty.source"),
        "class": "{{ .CommonLabels.alertname }}",
        "client": "otel-voice",
        "client_url": _template("alerts"),
        "details": {
            "firing": '{{ template "voice.text" .Alerts.Firing }}',
            "resolved": '{{ template "voice.text" .Alerts.Resolved }}',
        },
        # One without an address is left out by Alertmanager.
        "links": [
            {"href": "{{ .CommonAnnotations.runbook_url }}", "text": "Runbook"},
            {"href": "{{ .CommonAnnotations.dashboard_url }}", "text": "Dashboard"},
            {"href": _template("silence"), "text": "Silence"},
        ],
    }
    return Receiver("pagerduty", _severities(parts, Severity.CRITICAL), "pagerduty_configs", settings)


def _slack(entry: Value) -> Receiver:
    key, default = "url_file", "slack_url"
    refuse_plain(entry, ("url", "api_url", "app_token"), key, default)
    parts = entry.known((key, "channel", _SEVERITIES))
    settings = {
        "api_url_file": secret_file(parts.get(key), default),
        **({"channel": _plain(parts["channel"])} if "channel" in parts else {}),
        "send_resolved": True,
        "username": "otel-voice",
        "color": _template("slack.color"),
        "title": _template("slack.title"),
        "title_link": _template("alerts"),
        "text": _template("slack.text"),
        "fallback": _template("slack.title"),
    }
    return Receiver("slack", _severities(parts, Severity.CRITICAL, Severity.WARNING), "slack_configs", settings)


def _email(entry: Value) -> Receiver:
    key, default = "password_file", "email_password"
    refuse_plain(entry, ("password", "auth_password"), key, default)
    parts = entry.known(("to", "from", "smarthost", "username", key, "require_tls", _SEVERITIES))
    for needed in ("to", "from", "smarthost"):
        if needed not in parts:
            raise entry.refused(f"{needed} is missing; to, from and smarthost are needed")
    settings = {
        "to": _matching(parts["to"], _ADDRESS, "an address is allowed, as oncall@example.com"),
        "from": _matching(parts["from"], _ADDRESS, "an address is allowed, as voice@example.com"),
        "smarthost": _matching(parts["smarthost"], _HOST_AND_PORT, "HOST:PORT is allowed, as smtp.example.com:587"),
        **_login(parts, key, default),
        "require_tls": parts["require_tls"].truth() if "require_tls" in parts else True,
        "send_resolved": True,
        "headers": {"Subject": _template("subject")},
        "html": _template("email.html"),
        "text": _template("email.text"),
    }
    return Receiver("email", _severities(parts, Severity.WARNING), "email_configs", settings)


def _login(parts: Mapping[str, Value], key: str, default: str) -> dict[str, str]:
    if "username" not in parts:
        if key in parts:
            raise ValuesError(f"{parts[key].file}: {parts[key].path} is allowed beside a username only")
        return {}
    return {
        "auth_username": _plain(parts["username"]),
        "auth_password_file": secret_file(parts.get(key), default),
    }


def _teams(entry: Value) -> Receiver:
    key, default = "url_file", "teams_url"
    refuse_plain(entry, ("url", "webhook_url"), key, default)
    parts = entry.known((key, _SEVERITIES))
    settings = {
        "webhook_url_file": secret_file(parts.get(key), default),
        "title": _template("subject"),
        "text": _template("teams.text"),
    }
    # Workflows. What Microsoft calls connectors (msteams_configs) is being taken away.
    return Receiver("teams", _severities(parts, Severity.WARNING), "msteamsv2_configs", settings)


def _webhook(entry: Value) -> Receiver:
    key, default = "url_file", "webhook_url"
    refuse_plain(entry, ("url",), key, default)
    parts = entry.known((key, _SEVERITIES))
    # Alertmanager's own form, which whoever takes alerts by a webhook knows.
    settings = {"url_file": secret_file(parts.get(key), default)}
    return Receiver("webhook", _severities(parts, Severity.INFO), "webhook_configs", settings)


_KINDS: Final[Mapping[str, Callable[[Value], Receiver]]] = {
    "pagerduty": _pagerduty,
    "slack": _slack,
    "email": _email,
    "teams": _teams,
    "webhook": _webhook,
}


def _settings(entry: Value) -> Value:
    """The entry, unless it has no settings. It is not shown: a secret often stands there by mistake."""
    if entry.content is not None and not isinstance(entry.content, Mapping):
        raise ValuesError(f"{entry.file}: {entry.path} needs settings, as NAME: VALUE; {{}} is the usual ones")
    return entry


def _severities(parts: Mapping[str, Value], *usual: Severity) -> tuple[Severity, ...]:
    if _SEVERITIES not in parts:
        return usual
    known = {severity.value: severity for severity in Severity}
    chosen = list(parts[_SEVERITIES].listed())
    for one in chosen:
        if not isinstance(one.content, str) or one.content not in known:
            raise one.refused(f"{', '.join(known)} are allowed")
    return tuple(severity for severity in Severity if severity.value in {one.content for one in chosen})


def _template(name: str) -> str:
    """A call of one of stack/alertmanager/templates/voice.tmpl."""
    return f'{{{{ template "voice.{name}" . }}}}'


def _plain(value: Value) -> str:
    """A text that Alertmanager takes as it is: most of its settings are templates."""
    text = value.text()
    if "{{" in text:
        raise value.refused("a text without {{ is allowed")
    return text


def _matching(value: Value, form: re.Pattern[str], allowed: str) -> Any:
    if not isinstance(value.content, str) or not form.fullmatch(value.content):
        raise value.refused(allowed)
    return value.content
