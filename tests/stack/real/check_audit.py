"""Audit records through the shipped Collector into Loki, and out again as evidence."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_voice.audit_trail.loki import of_loki
from otel_voice.audit_trail.verification import Report, verify
from tests.distro.program import INSTRUMENT, clean_environment
from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(240)

AGENT = """
import otel_voice
with otel_voice.conversation("call-7"):
    for number in range(1, 201):
        otel_voice.audit(
            "token.generation", actor="u-7", subject="r-9", number=number, token="abcdefgh12345678",
            text="mail alice@example.com, call +41 79 123 45 67, password: hunter22, https://u:secret99@example.com/x",
        )
        otel_voice.security("rate_limit.violation", actor="u-7", number=number, text="\\ud800 \\u2603 \\x00")
"""


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The Collector, Loki and Prometheus."""
    made = Stack(tmp_path_factory.mktemp("stack"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def recorded(backends: Stack, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The stack after an agent's 400 records."""
    program = tmp_path_factory.mktemp("agent") / "agent.py"
    program.write_text(AGENT)
    environment = {
        **clean_environment(),
        "OTEL_SERVICE_NAME": "audited",
        "OTEL_EXPORTER_OTLP_ENDPOINT": backends.endpoint,
        "OTEL_VOICE_AUDIT_DIR": str(program.parent / "audit"),
        "OTEL_VOICE_EXIT_TIMEOUT": "60",
    }
    done = subprocess.run(
        [INSTRUMENT, sys.executable, str(program)], env=environment, capture_output=True, text=True, timeout=110
    )
    assert (done.returncode, done.stderr) == (0, "")
    return backends


def export(stack: Stack, category: str) -> str:
    """What Loki answers, as somebody would save it."""
    query = urllib.parse.urlencode({"query": f'{{voice_log_category="{category}"}}', "limit": "5000"})
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.ports['loki']}/loki/api/v1/query_range?{query}") as answer:
        return str(answer.read().decode())


def whole(stack: Stack, category: str) -> str:
    """The export, once all is in it."""

    def complete() -> str | None:
        found = export(stack, category)
        return found if found.count('\\"hash\\":') >= 200 else None

    return str(eventually(complete, f"200 records of {category}"))


def report_of(text: str) -> Report:
    return verify(of_loki("export", text.encode()))


@pytest.mark.parametrize("category", ["audit", "security"])
def test_the_chain_is_whole_behind_the_collector(recorded: Stack, category: str) -> None:
    """The shipped redaction and Loki give back the very lines that were hashed, with their copies beside them."""
    report = report_of(whole(recorded, category))
    assert (report.findings, report.notes) == ([], [])
    assert [(chain.category, chain.records) for chain in report.chains] == [(category, 200)]


def test_nothing_private_is_in_loki(recorded: Stack) -> None:
    """What was redacted before the hash is nowhere in the export."""
    text = whole(recorded, "audit")
    assert all(secret not in text for secret in ("alice", "79 123", "hunter22", "secret99", "abcdefgh12345678"))


def test_what_is_missing_in_loki_is_named(recorded: Stack) -> None:
    """A record that is taken out of the export is found by its number."""
    answer: Any = json.loads(whole(recorded, "audit"))
    for stream in answer["data"]["result"]:
        stream["values"] = [value for value in stream["values"] if '"sequence":77,' not in value[1]]
    [finding] = report_of(json.dumps(answer)).findings
    assert finding.kind == "removed" and finding.text.startswith("record 77 of")


def test_the_command_reads_it(recorded: Stack, tmp_path: Path) -> None:
    """`otel-voice audit verify --loki` says that the chain is whole."""
    path = tmp_path / "export.json"
    path.write_text(whole(recorded, "audit"))
    command = (sys.executable, "-m", "otel_voice.cli.main", "audit", "verify", "--loki", str(path))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "every chain is whole")
