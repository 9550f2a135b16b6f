"""Audit records on their way to the Collector: in order, once, and later where it is away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from otel_voice.audit_trail.evidence import Evidence, Line, copies_of, of_spool
from otel_voice.audit_trail.verification import verify
from tests.distro.conftest import Run, run_against  # noqa: F401 - a fixture
from tests.distro.program import Program, clean_environment
from tests.distro.sink import Sink, black_hole, refusing
from tests.schema_check import check_sink

RECORD = """
import os, signal, sys, threading, time
import otel_voice

def record(first, last):
    for number in range(first, last + 1):
        otel_voice.audit("data.access", actor="u-7", subject="r-9", number=number)

"""


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


def audit_logs(sink: Sink) -> list:
    return [log for log in sink.logs() if "voice.audit.hash" in log.attributes]


def numbers(sink: Sink) -> list[int]:
    return [json.loads(log.body)["fields"]["number"] for log in audit_logs(sink)]


def test_records_arrive_as_the_schema_says(sink: Sink, run_against: Run, tmp_path: Path) -> None:  # noqa: F811
    """Every event of the catalogue arrives, correlated with its conversation and trace."""
    text = """
import otel_voice
from otel_voice.audit_trail.catalogue import declared
with otel_voice.conversation("call-7", user_id="u-7"):
    for event in declared("audit"): otel_voice.audit(event, actor="u-7", subject="r-9", outcome="done")
    for event in declared("security"): otel_voice.security(event, actor="u-7", subject="r-9")
"""
    ended = run_against(sink.endpoint, text, OTEL_VOICE_AUDIT_DIR=str(tmp_path / "audit"))
    assert (ended.status, ended.err) == (0, "")
    check_sink(sink)
    logs = audit_logs(sink)
    assert {log.attributes["voice.conversation.id"] for log in logs} == {"call-7"}
    assert {log.trace_id for log in logs} == {sink.spans()[0].trace_id}
    assert {log.attributes["voice.log.category"] for log in logs} == {"audit", "security"}
    assert {log.resource["service.name"] for log in logs} == {"test"}
    assert verify(arrived(sink)).intact
    assert verify(of_spool(tmp_path / "audit")).intact


def arrived(sink: Sink) -> Evidence:
    lines = [Line(f"log {n}", log.body, copies_of(log.attributes)) for n, log in enumerate(audit_logs(sink))]
    return Evidence(ordered=True, lines=lines)
