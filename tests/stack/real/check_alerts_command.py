"""`otel-voice alerts`, with the real programs: what each receiver answered, and how every alert stands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.binaries import BIN
from tests.stack.real.programs import eventually, free_port
from tests.stack.real.told import KINDS, Told, alertmanager_with
from tests.stack.real.whole import WholeStack

pytestmark = pytest.mark.timeout(240)


def otel_voice(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "otel_voice.cli.main", "alerts", *arguments)
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    made = Told(tmp_path_factory.mktemp("told"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def answers(told: Told) -> Iterator[dict[str, int]]:
    """What the receivers on the web answer, by path; afterwards they answer well again."""
    yield told.web.answers
    told.web.answers.clear()


def test_every_receiver_is_told_and_told_that_it_is_over(told: Told) -> None:
    """The notification is a real one; when the command is back nothing is left of it."""
    done = otel_voice("test", "--alertmanager", told.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{kind:9}  accepted" for kind in KINDS]
    actions = [event["event_action"] for event in told.web.taken("/pagerduty")]
    assert actions == ["trigger", "resolve"]
    [page] = [event for event in told.web.taken("/pagerduty") if event["event_action"] == "trigger"]
    assert page["payload"]["summary"] == "[FIRING critical] Test of pagerduty"
    assert len(told.mail.messages) == 2
    assert told.alerts() == []


def test_one_receiver_is_told_alone(told: Told) -> None:
    """A test of Teams rings no telephone."""
    before = len(told.web.taken("/pagerduty"))
    done = otel_voice("test", "--alertmanager", told.url, "--receiver", "teams")
    assert (done.returncode, done.stdout) == (0, "teams  accepted\n"), done.stderr
    assert len(told.web.taken("/pagerduty")) == before


def test_receivers_that_refuse_are_told(told: Told, answers: dict[str, int]) -> None:
    """With what each answer means, and a status that is not 0; one that fails does not hide the others."""
    answers.update({"/slack": 403, "/pagerduty": 401, "/webhook": 404, "/teams": 500})
    done = otel_voice("test", "--alertmanager", told.url)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "pagerduty  failed: it refuses: the secret is wrong, or has no right to this (401 or 403)",
        "slack      failed: it refuses: the secret is wrong, or has no right to this (401 or 403)",
        "email      accepted",
        "teams      failed: it failed itself (5xx)",
        "webhook    failed: it refuses the message: is the address the right one, are the settings?",
    ]
    assert "docker compose logs alertmanager" in done.stderr


def test_receivers_that_are_not_there_are_told(told: Told, answers: dict[str, int]) -> None:
    """Nobody listens at the address of one, and the secret of another is missing: Alertmanager starts without it."""
    answers["/slack"] = 429
    nobody, missing = told.secrets / "webhook_url", told.secrets / "teams_url"
    kept = {secret: secret.read_text() for secret in (nobody, missing)}
    nobody.write_text(f"http://127.0.0.1:{free_port()}/webhook")
    missing.unlink()
    done = otel_voice("test", "--alertmanager", told.url)
    for secret, text in kept.items():
        secret.write_text(text)
    lines = {one.split()[0]: one for one in done.stdout.splitlines()}
    assert done.returncode == 1
    assert "failed: it takes no more for now (429)" in lines["slack"]
    for name in ("webhook", "teams"):
        assert "failed: it was not reached" in lines[name]
        assert "is its secret a file in stack/alertmanager/secrets" in lines[name]


def test_the_time_that_is_given_is_kept(told: Told, answers: dict[str, int]) -> None:
    """A receiver that is still being tried then is no success."""
    answers["/teams"] = 500
    done = otel_voice("test", "--alertmanager", told.url, "--receiver", "teams", "--timeout", "1")
    assert done.returncode == 1
    assert "times, and is being tried again" in done.stdout


def test_a_receiver_that_nobody_knows(told: Told) -> None:
    """The line lists those there are."""
    done = otel_voice("test", "--alertmanager", told.url, "--receiver", "slak")
    assert done.returncode == 2
    assert done.stderr == f"otel-voice: there is no receiver 'slak'; there are {', '.join(KINDS)}\n"


def test_the_values_say_who_must_be_there(told: Told) -> None:
    """With the owner's file, a receiver that Alertmanager was not told of is a failure, and what to do is said."""
    done = otel_voice("test", "--alertmanager", told.url, "--values", str(told.values), "--receiver", "email")
    assert (done.returncode, done.stdout) == (0, "email  accepted\n"), done.stderr


def test_another_configuration_pages_nobody_by_mistake(told: Told, tmp_path: Path) -> None:
    """Without a route for tests the default receiver would be told: nothing is sent."""
    foreign = tmp_path / "foreign.yml"
    hooks = "".join(
        f"- {{name: {name}, webhook_configs: [{{url: '{told.web.url}/foreign'}}]}}\n" for name in ("ops", "slack")
    )
    foreign.write_text(f"route: {{receiver: ops, group_wait: 0s}}\nreceivers:\n{hooks}")
    url, alertmanager = alertmanager_with(foreign)
    alertmanager.start()
    done = otel_voice("test", "--alertmanager", url)
    alertmanager.stop()
    assert done.returncode == 1
    assert [line.split()[:3] for line in done.stdout.splitlines()] == [
        ["ops", "not", "sent:"],
        ["slack", "not", "sent:"],
    ]
    assert told.web.taken("/foreign") == []


def test_a_silence_that_covers_tests_is_told(told: Told) -> None:
    """Not sent is not accepted."""
    id = amtool(told.url, "silence", "add", "--comment=all", 'alertname=~".+"')
    tested = otel_voice("test", "--alertmanager", told.url, "--receiver", "slack")
    amtool(told.url, "silence", "expire", id)
    assert (tested.returncode, tested.stdout) == (1, f"slack  not sent: the silence {id} covers tests\n")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeStack]:
    """Those that know of alerts; no telemetry is needed."""
    made = WholeStack(tmp_path_factory.mktemp("watched"))
    programs = (made.alertmanager, made.prometheus, made.loki)
    try:
        for program in programs:
            program.start()
        yield made
    finally:
        for program in reversed(programs):
            program.stop()


def listed(stack: WholeStack, **instead: str) -> subprocess.CompletedProcess[str]:
    names = ("prometheus", "loki", "alertmanager")
    urls = {name: f"http://127.0.0.1:{stack.ports[name]}" for name in names} | instead
    return otel_voice("list", *(word for name in names for word in (f"--{name}", urls[name])))


def line(done: subprocess.CompletedProcess[str], name: str) -> list[str]:
    [found] = [one.split() for one in done.stdout.splitlines() if name in one.split()]
    return found


def test_every_rule_is_listed(watched: WholeStack) -> None:
    """Those of Prometheus and of Loki: severity, threshold, state, and the link that silences it."""
    eventually(lambda: watched.alerts(), "the alert of the test's own rule")
    eventually(lambda: listed(watched).returncode == 0, "an answer of all three")
    done = listed(watched)
    assert done.returncode == 0, done.stderr
    assert line(done, "VoiceErrorLogBurst")[:4] == ["warning", "VoiceErrorLogBurst", ">", "20"]
    firing = line(done, "StackTestOfPrometheus")
    assert "firing" in firing
    assert firing[-1].endswith("/#/silences/new?filter=%7Balertname%3D%22StackTestOfPrometheus%22%7D")
    assert done.stdout.splitlines()[1].split()[1] == "StackTestOfPrometheus", "what fires comes first"
    assert line(done, "VoiceAlertFromCode")[:2] == ["its", "own"]


def test_what_is_silenced_is_told(watched: WholeStack) -> None:
    """Somebody who looks knows why nobody was told."""
    url = f"http://127.0.0.1:{watched.ports['alertmanager']}"
    eventually(lambda: watched.alerts(), "the alert of the test's own rule")
    id = amtool(url, "silence", "add", "--comment=x", "alertname=StackTestOfPrometheus")
    eventually(lambda: "silenced" in line(listed(watched), "StackTestOfPrometheus"), "the silence in the list")
    amtool(url, "silence", "expire", id)


@pytest.mark.parametrize("program", ["prometheus", "loki", "alertmanager"])
def test_what_does_not_answer_is_told_and_the_rest_is_listed(program: str, watched: WholeStack) -> None:
    """At night the half of a list is better than none, and the status says that it is a half."""
    done = listed(watched, **{program: f"http://127.0.0.1:{free_port()}"})
    assert done.returncode == 2
    assert done.stderr.startswith(f"otel-voice: {program.capitalize()} at http://127.0.0.1:")
    assert ("StackTestOfPrometheus" in done.stdout) == (program != "prometheus")


def amtool(url: str, *arguments: str) -> str:
    command = (str(BIN / "amtool"), f"--alertmanager.url={url}", *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
