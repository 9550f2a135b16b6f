"""Private data that slipped through the program is removed by the Collector, in every place it can hide."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.stack.binaries import ROOT
from tests.stack.real.otlp import SPAN, TRACE, attributes, counter, log, logs, span
from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(240)

SECRETS = ("ann@example.com", "+49 170 1234567", "4111 1111 1111 1111", "sk-abcdefghijklmnopqrstuv")


def test_nothing_private_is_in_a_span(stack: Stack) -> None:
    """Name, attributes, status and events of a span are without e-mail, phone and card numbers, and keys."""
    for secret in SECRETS:
        event = {"timeUnixNano": str(time.time_ns()), "name": f"e {secret}", "attributes": attributes({"a": secret})}
        status = {"code": 2, "message": f"refused {secret}"}
        stack.send("traces", span(f"s {secret}", attributes=attributes({"a": secret}), status=status, events=[event]))
    spans = eventually(lambda: [s for s in stack.traces.spans if s.name.startswith("s ")][3:], "four spans")
    assert spans
    assert_clean("\n".join(str(found) for found in stack.traces.spans))


def test_nothing_private_is_in_a_log(stack: Stack) -> None:
    """Body and attributes of a record are without it, also inside a map."""
    for secret in SECRETS:
        body = {"kvlistValue": {"values": attributes({"inside": f"x {secret}"})}}
        mark = {"voice.log.category": "audit", "a": secret, "password": "hunter2"}
        stack.send("logs", logs({**log("", mark), "body": body}))
    found = eventually(lambda: _when_all(stack.log_streams('{voice_log_category="audit"}')), "four records")
    assert_clean(json.dumps(found))
    assert "hunter2" not in json.dumps(found)


def test_nothing_private_is_in_the_name_of_an_event(tmp_path: Path) -> None:
    """Loki keeps no event name, so that the debug overlay is asked what leaves the Collector."""
    stack = Stack(tmp_path)
    stack.collector.also("--config", str(ROOT / "collector/debug.overlay.yaml"))
    stack.collector.start()
    try:
        for secret in SECRETS:
            stack.send("logs", logs(log("", {}, eventName=f"planted {secret}")))
        eventually(lambda: stack.collector.said().count("EventName: planted") == len(SECRETS), "four event names")
    finally:
        stack.collector.stop()
    assert_clean(stack.collector.said())


def test_nothing_private_is_in_a_metric(stack: Stack) -> None:
    """Labels and exemplars of a point are without it."""
    for number, secret in enumerate(SECRETS):
        exemplar = {
            "timeUnixNano": str(time.time_ns()),
            "asInt": "1",
            "traceId": TRACE,
            "spanId": SPAN,
            "filteredAttributes": attributes({"a": secret}),
        }
        stack.send("metrics", counter("planted", {"a": secret, "n": str(number)}, exemplars=[exemplar]))
    query = "planted_total"
    eventually(lambda: stack.prometheus_get("query", query=query)["result"][3:], "four series")
    exemplars = stack.prometheus_get("query_exemplars", query=query, start="0", end="9999999999")
    assert exemplars
    assert_clean(json.dumps([stack.prometheus_get("query", query=query), exemplars]))


def assert_clean(text: str) -> None:
    left = [secret for secret in SECRETS if secret in text]
    assert not left, f"still there: {left}"


def _when_all(streams: list[Any]) -> list[Any]:
    return streams if sum(len(stream["values"]) for stream in streams) == len(SECRETS) else []
