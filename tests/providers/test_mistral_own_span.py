"""The span that the Mistral SDK makes when its own telemetry is on: it is the one span of the call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from opentelemetry import trace

from otel_voice.providers.mistralai import PROVIDER
from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.providers.mistral_calls import MODEL, VERSION, client, completed, mistral, observed, streamed
from tests.providers.openai_calls import COLOURS
from tests.signals import Signals
from tests.telemetry.telling import Telling

SCOPE = "mistralai_sdk_tracer"
_SWITCH = "mistralai.extra.observability.telemetry"
# Before that, it makes spans wherever OpenTelemetry is set up.
HAS_A_SWITCH = VERSION >= (2, 5) and find_spec(_SWITCH) is not None
WAYS: dict[str, Any] = {"complete": completed, "stream": streamed}

pytestmark = [
    pytest.mark.parametrize("colour", COLOURS),
    pytest.mark.skipif(VERSION < (1, 10), reason="it makes none before 1.10"),
]
ways = pytest.mark.parametrize("way", WAYS)


@contextmanager
def in_a_call(signals: Signals) -> Iterator[None]:
    """A phone call during which the SDK is used, with everything recorded as in a program."""
    telling = Telling(signals.providers())
    telling.recorder.session_opened()
    with observed(telling.recorder):
        yield
    telling.conversations.close_all()
    signals.checked = True  # the SDK writes attributes of our names, in types of its own


def switched_on(made: Any, signals: Signals, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client, told to make spans: younger ones by its own switch, older ones wherever OpenTelemetry is set up."""
    if HAS_A_SWITCH:
        import_module(_SWITCH).configure_telemetry(made, signals.tracer_provider)
    else:
        found = (True, signals.tracer_provider.get_tracer(SCOPE))
        monkeypatch.setattr(f"{PROVIDER.package}._hooks.tracing.get_or_create_otel_tracer", lambda: found)
    return made


def told(signals: Signals) -> Any:
    """The only span that anybody made of a model call."""
    found = [span for span in signals.spans() if span.attributes.get(names.GEN_AI_OPERATION_NAME) == "chat"]
    assert len(found) == 1, [span.name for span in found]
    return found[0]


@ways
async def test_it_is_the_only_span_of_the_call(
    colour: str, way: str, simulators: Simulators, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole or streamed, there is one span, the SDK's, in its turn; it tells what ours would have told."""
    with in_a_call(signals):
        await WAYS[way](switched_on(client(simulators), signals, monkeypatch), colour)
    span = told(signals)
    assert span.instrumentation_scope.name == SCOPE
    assert span.parent.span_id == signals.span("turn").context.span_id
    assert span.attributes[names.VOICE_TELEMETRY_OWNER] == "otel_voice"
    assert tuple(span.attributes[names.GEN_AI_RESPONSE_FINISH_REASONS]) == ("stop",)
    assert (span.attributes[names.GEN_AI_USAGE_INPUT_TOKENS], span.attributes[names.GEN_AI_REQUEST_MODEL]) == (7, MODEL)
    assert (names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK in span.attributes) == (way == "stream")
    usage = signals.points(names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE)
    assert sorted((point.count, point.sum) for point in usage) == [(1, 7), (1, 8)]


async def test_a_refusal_is_one_failed_span(
    colour: str, simulators: Simulators, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK says what failed on its span; the event is ours."""
    made = switched_on(client(simulators, "fail=429"), signals, monkeypatch)
    with in_a_call(signals), pytest.raises(Exception, match="429"):
        await completed(made, colour)
    assert told(signals).status.status_code is trace.StatusCode.ERROR
    events = [log.log_record.event_name for log in signals.logs()]
    assert events.count(names.EVENT_GEN_AI_CLIENT_OPERATION_EXCEPTION) == 1


async def test_a_failure_it_never_hears_of_is_one_failed_span(
    colour: str, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older SDKs forget their span when nobody answers; it is ended all the same."""
    made = switched_on(mistral("http://127.0.0.1:9"), signals, monkeypatch)
    with in_a_call(signals), pytest.raises(Exception):  # noqa: B017
        await completed(made, colour)
    span = told(signals)
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.attributes[names.ERROR_TYPE] == "ConnectError"


@pytest.mark.skipif(not HAS_A_SWITCH, reason="it makes spans wherever OpenTelemetry is set up")
async def test_switched_off_the_span_is_ours(colour: str, simulators: Simulators, signals: Signals) -> None:
    """By default it makes none: ours stands in the turn, of the first request and of the next."""
    made = client(simulators)
    with in_a_call(signals):
        for _ in range(2):
            await completed(made, colour)
    assert [span.name for span in signals.spans() if span.name.startswith("chat")] == [f"chat {MODEL}"] * 2
