"""Beside OpenTelemetry's own instrumentation of botocore, which makes spans of Bedrock's answers, too."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.providers.aws_calls import MODEL, client, converse, observed, settled, speech, stream
from tests.providers.openai_calls import items
from tests.signals import Signals
from tests.telemetry.telling import Telling

pytest.importorskip("botocore", minversion="1.38")

ORDERS = ["theirs first", "ours first"]
ALIKE = "tests.providers.aws_instrumentation:Alike"
BOTOCORE = "opentelemetry.instrumentation.botocore:BotocoreInstrumentor"
AIOBOTOCORE = "opentelemetry.instrumentation.botocore:AiobotocoreInstrumentor"


def instrumentor(path: str) -> Any:
    """Another project's instrumentor; the test is skipped where it is not installed, or is too old to have one."""
    module, _, name = path.partition(":")
    made = getattr(pytest.importorskip(module), name, None)
    if made is None:
        pytest.skip(f"{module} {importlib.metadata.version('opentelemetry-instrumentation-botocore')} has no {name}")
    return made()


@contextmanager
def in_a_call(signals: Signals, colour: str, other: str, order: str = ORDERS[0]) -> Iterator[None]:
    """A phone call with both instrumentations, put on in this order."""
    theirs = instrumentor(other)
    telling = Telling(signals.providers())
    telling.recorder.session_opened()
    if order == "theirs first":
        theirs.instrument(skip_dep_check=True, **signals.providers())
    with observed(telling.recorder, colour):
        if order == "ours first":
            theirs.instrument(skip_dep_check=True, **signals.providers())
        try:
            yield
        finally:
            theirs.uninstrument()
    telling.conversations.close_all()
    signals.checked = True  # what others emit is not in our schema


def told(signals: Signals) -> Any:
    """The only span that anybody made of a model call."""
    (span,) = [each for each in signals.spans() if each.attributes.get(names.GEN_AI_OPERATION_NAME) == "chat"]
    return span


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("other", [ALIKE, BOTOCORE])
async def test_its_span_is_enriched_not_doubled(
    other: str, streamed: bool, order: str, simulators: Simulators, signals: Signals
) -> None:
    """One span for each answer, theirs; it says what only we know, also of a stream, which ends in their hands."""
    with in_a_call(signals, "", other, order):
        async with client("", "bedrock-runtime", simulators) as made:
            await (items(stream(made)) if streamed else converse(made))
    span = told(signals)
    assert span.instrumentation_scope.name.startswith("opentelemetry.instrumentation.botocore")
    assert span.attributes[names.VOICE_TELEMETRY_OWNER] == "otel_voice"
    assert span.attributes[names.VOICE_TURN_INDEX] == 1
    assert span.attributes[names.GEN_AI_USAGE_INPUT_TOKENS] == 7
    assert (names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK in span.attributes) == streamed
    usage = signals.points(names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE)
    assert sum(point.count for point in usage) == (0 if other == ALIKE else 2)  # theirs, of input and of output


async def test_a_synthesis_is_ours_under_its_request(simulators: Simulators, signals: Signals) -> None:
    """Of Polly they tell the request only, and no longer than to its headers; the synthesis is our span under it."""
    with in_a_call(signals, "", BOTOCORE):
        async with client("", "polly", simulators) as made:
            (await speech(made)).read()
    request = signals.span("Polly.SynthesizeSpeech")
    assert signals.span("text_to_speech generative").parent.span_id == request.context.span_id


async def test_of_aiobotocore_they_tell_the_request_only(simulators: Simulators, signals: Signals) -> None:
    """There the answer is our span, under theirs."""
    with in_a_call(signals, "Async", AIOBOTOCORE):
        async with client("Async", "bedrock-runtime", simulators) as made:
            await settled(converse(made))
    span = told(signals)
    assert (span.name, span.instrumentation_scope.name) == (f"chat {MODEL}", "otel_voice")
