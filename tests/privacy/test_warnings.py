"""What otel_voice and the SDK warn of quotes settings, addresses and errors; nothing private is among it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from otel_voice.settings import VARIABLES
from tests.distro.conftest import Run, run_against
from tests.distro.sink import refusing
from tests.privacy.planted.classes import CLASSES, places_left, planted
from tests.privacy.planted.running import OPENED

__all__ = ["run_against"]

PROGRAM = """
import logging, sys
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.trace import TraceState
import otel_voice

class Failing(SpanExporter):
    def export(self, spans):
        raise ValueError("cannot reach " + spans[0].name)

SETUP
SECRETS = SAID
trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(Failing()))
trace.get_tracer("agent").start_span(" and ".join(SECRETS)).end()
for secret in SECRETS:
    TraceState([("of " + secret, secret)])
    otel_voice.event("happened to " + secret)
    otel_voice.event("appointment.created", **{"service of " + secret: 1})
    otel_voice.audit("done to " + secret)
    logging.getLogger("opentelemetry.exporter").warning("refused: %s", secret)
    logging.getLogger("otel_voice").warning("failed", exc_info=ValueError(secret))
"""
HANDLERS = {"none": "", "its own": "logging.basicConfig()"}

SETTINGS, EVERYWHERE, ENDPOINT = 0, 1, 2


def program(setup: str) -> str:
    said = [planted(kind, EVERYWHERE).text for kind in CLASSES]
    return PROGRAM.replace("SETUP", setup).replace("SAID", repr(said))


def settings() -> Iterator[tuple[str, str]]:
    """Each setting that checks its value, with a secret for a value; and a key that is known by its own name."""
    kinds = cycle(CLASSES)
    for variable in VARIABLES:
        text = planted(next(kinds), SETTINGS).text
        try:
            variable.parse(text)
        except ValueError:
            yield variable.name, text
    yield "AGENT_API_KEY", planted("a key of the environment", SETTINGS).text
    yield "ANOTHER_API_KEY", planted("a key of the environment", EVERYWHERE).text


def environment(address: str, directory: Path) -> dict[str, str]:
    """Settings that are all wrong, but for the national ids; and an endpoint with a password where nobody listens."""
    endpoint = address.replace("://", f"://agent:hunter{1000 + ENDPOINT}@")
    asked = {"OTEL_VOICE_REDACTION_NATIONAL_IDS": "us_ssn,ch_ahv", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    return {**dict(settings()), **asked, "OTEL_VOICE_LOG_FORMAT": "", "OTEL_VOICE_DATA_DIR": str(directory)}


def left_in(text: str) -> list[tuple[str, int]]:
    return [(kind, number) for kind in CLASSES for number in sorted(places_left(kind, text.encode()))]


@pytest.mark.parametrize("handlers", HANDLERS)
def test_no_warning_quotes_a_secret(handlers: str, run_against: Run, tmp_path: Path) -> None:
    """On stderr, by our handler or by the program's; of the settings, of events, of the export and of the SDK."""
    with refusing() as address:
        ended = run_against(address, program(HANDLERS[handlers]), **environment(address, tmp_path))
    assert ended.status == 0, ended.err[-3000:]
    assert left_in(ended.err + ended.out) == []
    for sign in ("is not allowed", "no event", "refused", "does not arrive", "[phone]", "[secret]"):
        assert sign in ended.err, ended.err


def test_without_redaction_they_would(run_against: Run, tmp_path: Path) -> None:
    """The test above can fail: the warnings of a program that redacts nothing quote every class."""
    with refusing() as address:
        ended = run_against(address, OPENED + program("logging.basicConfig()"), **environment(address, tmp_path))
    found = left_in(ended.err)
    assert {kind for kind, number in found if number == EVERYWHERE} == set(CLASSES)
    assert ("a connection string", ENDPOINT) in found
