"""`otel-voice demo --faults`, once through: everything goes wrong, nothing of it is missing, and the day ends well."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from otel_voice.cli import program as programs
from otel_voice.cli.demonstrations import faults_to_read
from otel_voice.simulators.server import Simulators
from otel_voice.telemetry.names import (
    EVENT_GEN_AI_CLIENT_OPERATION_EXCEPTION,
    EVENT_VOICE_EVENT_LOOP_BLOCKED,
    METRIC_VOICE_AUDIT_LOST,
    METRIC_VOICE_CONVERSATIONS,
    METRIC_VOICE_REDACTION_UNCHECKED,
)
from tests.distro.program import clean_environment
from tests.distro.sink import Sink
from tests.schema_check import check_sink
from tools.schema import load

pytestmark = pytest.mark.timeout(240)

# Ten thousand records would have to wait for a disk and a Collector that are both away.
NOT_IN_A_MINUTE = {METRIC_VOICE_AUDIT_LOST, METRIC_VOICE_REDACTION_UNCHECKED}
EMITTED = {metric.name for metric in load().metrics if not metric.opt_in} - NOT_IN_A_MINUTE


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.CompletedProcess[str], Sink]]:
    folder = tmp_path_factory.mktemp("faults")
    with Simulators() as simulators, Sink() as sink:
        shown = faults_to_read(simulators.url, folder)
        inherited = {**clean_environment(), **shown.environment, "OTEL_VOICE_DATA_DIR": str(folder)}
        environment = programs.environment(inherited, shown.program, sink.endpoint, "http/protobuf")
        command = programs.instrumented(sys.executable, shown.program[1:])
        yield subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200), sink


def test_the_day_ends_well(day: tuple[subprocess.CompletedProcess[str], Sink]) -> None:
    """Status 0, and one line for each trouble: which are not the errors that the troubles leave behind."""
    done, _ = day
    assert done.returncode == 0, done.stderr
    assert "The model thinks for four seconds." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("metric", sorted(EMITTED))
def test_a_metric_is_emitted(day: tuple[subprocess.CompletedProcess[str], Sink], metric: str) -> None:
    """Each metric of the schema has a point, so that each panel has something to show."""
    assert metric in {point.name for point in day[1].points()}


def test_what_is_emitted_is_declared(day: tuple[subprocess.CompletedProcess[str], Sink]) -> None:
    """Names, types and labels are those of the schema; an invoice is what the program adds to an error."""
    check_sink(day[1], also=["invoice"])


def test_each_way_to_fail_is_told(day: tuple[subprocess.CompletedProcess[str], Sink]) -> None:
    """Limits, faults of the server, lost connections and wrong keys, each by the provider that it belongs to."""
    failed = {
        (log.attributes["gen_ai.provider.name"], log.attributes["error.type"])
        for log in day[1].logs()
        if log.event_name == EVENT_GEN_AI_CLIENT_OPERATION_EXCEPTION
    }
    assert failed >= {
        ("openai", "429"),
        ("openai", "500"),
        ("openai", "APIConnectionError"),
        ("deepgram", "429"),
        ("elevenlabs", "503"),
        ("elevenlabs", "401"),
    }


def test_calls_end_in_every_way(day: tuple[subprocess.CompletedProcess[str], Sink]) -> None:
    """Completed, failed, abandoned and transferred."""
    conversations = [point for point in day[1].points() if point.name == METRIC_VOICE_CONVERSATIONS]
    ended = {point.attributes["voice.conversation.outcome"] for point in conversations}
    assert ended == {"completed", "failed", "abandoned", "transferred"}


def test_the_loop_that_stood_still_is_shown(day: tuple[subprocess.CompletedProcess[str], Sink]) -> None:
    """The event of the blocked loop has the stack of what blocked it."""
    blocked = [log for log in day[1].logs() if log.event_name == EVENT_VOICE_EVENT_LOOP_BLOCKED]
    stacks = [str(log.attributes.get("code.stacktrace")) for log in blocked]
    assert any("blocked_loop" in stack for stack in stacks), stacks
