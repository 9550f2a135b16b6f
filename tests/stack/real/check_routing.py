"""Alertmanager tells whom it should, once, and so that one knows what to do; and again when it is over."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from otel_voice.monitoring.routing.inhibition import INHIBITIONS, Inhibition
from otel_voice.monitoring.values import PATH, shipped_values
from tests.stack.binaries import BIN, ROOT
from tests.stack.real.programs import eventually
from tests.stack.real.told import KINDS, Told, written

pytestmark = pytest.mark.timeout(240)

NAMES = sorted(shipped_values((ROOT / PATH).read_text()).alerts)
RUNBOOK = "https://example.com/runbooks#voice"
DASHBOARD = "https://grafana.example.com/d/voice-call-health?var-service=agent&from=now-1h"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    made = Told(tmp_path_factory.mktemp("told"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


def amtool(*arguments: str) -> str:
    done = subprocess.run((str(BIN / "amtool"), *arguments), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def configuration(folder: Path, receivers: str) -> Path:
    values = folder / "alerts.yaml"
    values.write_text(f"receivers: {receivers}\n")
    return written(folder, values, Path("/etc/alertmanager/secrets"))


EMAIL = '{to: a@example.com, from: b@example.com, smarthost: "mail.example.com:587", username: voice}'
EACH = dict.fromkeys(KINDS, "{}") | {"email": EMAIL}


@pytest.mark.parametrize("kind", KINDS)
def test_alertmanager_accepts_each_receiver_alone(kind: str, tmp_path: Path) -> None:
    """None needs another."""
    amtool("check-config", str(configuration(tmp_path, f"{{{kind}: {EACH[kind]}}}")))


@pytest.mark.parametrize(
    ("severity", "receivers"),
    [
        ("critical", "pagerduty,slack"),
        ("warning", "slack,email,teams"),
        ("info", "webhook"),
        ("unheard-of", "page"),
    ],
)
def test_every_alert_goes_by_its_severity(severity: str, receivers: str, told: Told) -> None:
    """To those that are named for it and to nobody else, whatever its name."""
    routes = {
        name: amtool(
            *("config", "routes", "test", f"--config.file={told.configuration}"),
            *(f"alertname={name}", f"severity={severity}", "service_name=agent"),
        )
        for name in NAMES
    }
    assert set(routes.values()) == {receivers}, routes


def alert(name: str, severity: str, title: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, "severity": severity, "service_name": "agent", "title": title},
        "annotations": {
            "summary": f"agent fails: {title}",
            "description": "12 % of 50 calls <!channel>; the threshold is 10 %.",
            "runbook_url": RUNBOOK,
            "dashboard_url": DASHBOARD,
        },
    }


# As the page of Alertmanager reads it, with the title percent-encoded twice over where it has signs of a link.
SILENCE = (
    "https://alerts.example.com/#/silences/new?filter=%7Balertname%3D%22VoiceErrorRateCritical%22%2C%20"
    "service_name%3D%22agent%22%2C%20title%3D%22No%20line%20%28%2B1%29%20%26%20%7C%20%3Cmore%3E%22%7D"
)
TITLE = "No line (+1) & | <more>"


def test_critical_is_paged_with_links_and_resolved(told: Told) -> None:
    """PagerDuty is told what is wrong, how bad, and where to go; and with the same key that it is over."""
    told.post(alert("VoiceErrorRateCritical", "critical", TITLE))
    event = eventually(lambda: about(told.web.taken("/pagerduty"), TITLE), "an event in PagerDuty")[0]
    assert event["event_action"] == "trigger"
    assert event["routing_key"] == "a-key"
    payload = event["payload"]
    assert payload["summary"] == f"[FIRING critical] agent fails: {TITLE}"
    assert (payload["severity"], payload["source"], payload["class"]) == ("critical", "agent", "VoiceErrorRateCritical")
    assert "12 % of 50 calls" in payload["custom_details"]["firing"]
    links = {link["text"]: link["href"] for link in event["links"]}
    assert links == {"Runbook": RUNBOOK, "Dashboard": DASHBOARD, "Silence": SILENCE}

    told.post(alert("VoiceErrorRateCritical", "critical", TITLE), over=True)
    over = eventually(lambda: about(told.web.taken("/pagerduty"), TITLE)[1:], "the end in PagerDuty")[0]
    assert (over["event_action"], over["dedup_key"]) == ("resolve", event["dedup_key"])


def test_slack_is_told_of_the_same(told: Told) -> None:
    """With links, in the channel, and with nothing in a text that would call everybody."""
    told.post(alert("VoiceErrorRateCritical", "critical", TITLE))
    message = eventually(lambda: about(told.web.taken("/slack"), "No line"), "a message in Slack")[0]
    [attachment] = message["attachments"]
    assert message["channel"] == "#voice"
    assert attachment["title"] == "[FIRING critical] agent fails: No line (+1) &amp; | &lt;more&gt;"
    assert attachment["color"] == "danger"
    assert "12 % of 50 calls &lt;!channel&gt;; the threshold" in attachment["text"]
    assert f"<{RUNBOOK}|Runbook>" in attachment["text"]
    assert f"<{DASHBOARD}|Dashboard>" in attachment["text"]
    assert f"<{SILENCE}|Silence>" in attachment["text"]
    told.post(alert("VoiceErrorRateCritical", "critical", TITLE), over=True)

    def end() -> bool:
        attachments = [one["attachments"][0] for one in about(told.web.taken("/slack"), "No line")]
        return any(one["title"].startswith("[RESOLVED") and one["color"] == "good" for one in attachments)

    eventually(end, "the end in Slack")


def test_a_warning_is_told_to_teams_and_by_mail(told: Told) -> None:
    """With the links of the same alert; and nobody's telephone rings."""
    told.post(alert("VoiceErrorRateHigh", "warning", "Slow"))
    card = eventually(lambda: about(told.web.taken("/teams"), "Slow"), "a card in Teams")[0]
    title, text = (block["text"] for block in card["attachments"][0]["content"]["body"])
    assert title == "[FIRING warning] agent fails: Slow"
    assert "12 % of 50 calls" in text
    silence = SILENCE[: SILENCE.index("title")].replace("Critical", "High") + "title%3D%22Slow%22%7D"
    assert f"[Runbook]({RUNBOOK}) · [Dashboard]({DASHBOARD}) · [Silence]({silence})" in text

    mail = eventually(lambda: [one for one in told.mail.messages if "Slow" in one["Subject"]], "a mail")[0]
    assert (mail["To"], mail["From"]) == ("team@example.com", "voice@example.com")
    assert set(told.mail.logins) == {("voice", "a-password")}
    assert mail["Subject"] == "[FIRING warning] agent fails: Slow"
    plain, html = body(mail, "plain"), body(mail, "html")
    for line in (f"Runbook: {RUNBOOK}", f"Dashboard: {DASHBOARD}", f"Silence: {silence}", "12 % of 50 calls"):
        assert line in plain
    assert f'<a href="{RUNBOOK}">Runbook</a>' in html
    assert f'<a href="{silence}">Silence</a>' in html
    assert "&lt;!channel&gt;" in html
    assert not about(told.web.taken("/pagerduty"), "Slow")

    told.post(alert("VoiceErrorRateHigh", "warning", "Slow"), over=True)
    eventually(lambda: about(told.web.taken("/teams"), "RESOLVED warning"), "the end in Teams")
    eventually(lambda: [one for one in told.mail.messages if "RESOLVED warning" in one["Subject"]], "the end by mail")


def test_info_is_for_the_webhook_only(told: Told) -> None:
    """In Alertmanager's own form, annotations included."""
    told.post(alert("VoiceAlertFromCode", "info", "Quiet"))
    message = eventually(lambda: about(told.web.taken("/webhook"), "Quiet"), "a webhook")[0]
    assert (message["version"], message["status"], message["receiver"]) == ("4", "firing", "webhook")
    assert message["commonAnnotations"]["runbook_url"] == RUNBOOK
    told.post(alert("VoiceAlertFromCode", "info", "Quiet"), over=True)
    eventually(lambda: about(told.web.taken("/webhook"), '"status": "resolved"'), "the end by webhook")
    others = [told.web.taken(f"/{kind}") for kind in ("slack", "pagerduty", "teams")]
    assert not [one for taken in others for one in about(taken, "Quiet")]


def test_a_group_of_several_is_one_message(told: Told) -> None:
    """Two providers of one service that fail are one page, which names both."""
    alerts = [alert("VoiceProviderExhausted", "critical", "Group") for _ in range(2)]
    for one, provider in zip(alerts, ("deepgram", "openai"), strict=True):
        one["labels"]["gen_ai_provider_name"] = provider
        one["annotations"]["summary"] = f"{provider} is used up"
    told.post(*alerts)
    event = eventually(lambda: about(told.web.taken("/pagerduty"), "used up"), "an event in PagerDuty")[0]
    assert event["payload"]["summary"] == "[FIRING critical] 2 times VoiceProviderExhausted agent Group"
    assert "deepgram is used up" in event["payload"]["custom_details"]["firing"]
    assert "openai is used up" in event["payload"]["custom_details"]["firing"]
    told.post(*alerts, over=True)


def test_one_outage_is_one_page(told: Told) -> None:
    """What explains others silences each of them, for the same service; that of another service is told."""
    pairs = [(one, source, target) for one in INHIBITIONS for source in one.sources for target in one.targets]
    told.post(*(alone(source, one, f"pair {number}") for number, (one, source, _) in enumerate(pairs)))
    told.post(*(alone(target, one, f"pair {number}") for number, (one, _, target) in enumerate(pairs)))
    told.post(*(alone(target, one, f"pair {number}", "elsewhere") for number, (one, _, target) in enumerate(pairs)))

    def held() -> list[Any]:
        found = [one for one in told.alerts() if one["labels"].get("pair")]
        looked_at = len(found) == 3 * len(pairs) and all(one["status"]["state"] != "unprocessed" for one in found)
        return found if looked_at else []

    wrong = [
        one["labels"]
        for one in eventually(held, "all alerts to be looked at")
        if one["labels"]["role"] == "target"
        and bool(one["status"]["inhibitedBy"]) != ("elsewhere" not in one["labels"].values())
    ]
    assert wrong == []


def alone(name: str, inhibition: Inhibition, pair: str, last: str = "") -> dict[str, Any]:
    """An alert of one pair, which is told to nobody: it is of no severity."""
    role = "source" if name in inhibition.sources else "target"
    equal = dict.fromkeys(inhibition.equal, pair) | ({inhibition.equal[-1]: last} if last else {})
    return {"labels": {"alertname": name, "pair": pair, "role": role, **equal}, "annotations": {}}


def about(taken: list[Any], text: str) -> list[Any]:
    """Those in which the text occurs."""
    return [one for one in taken if text in json.dumps(one, ensure_ascii=False)]


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content())
