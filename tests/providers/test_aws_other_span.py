"""Beside OpenTelemetry's own instrumentation of botocore, which makes spans of Bedrock's answers, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.providers.aws_calls import COLOURS, MODEL, client, converse, observed, settled, speech, stream
from tests.providers.openai_calls import items
from tests.signals import Signals
from tests.telemetry.telling import Telling

theirs = pytest.importorskip("opentelemetry.instrumentation.botocore")

ORDERS = ["theirs first", "ours first"]
KNOWS_AIOBOTOCORE = "Async" in COLOURS and hasattr(theirs, "AiobotocoreInstrumentor")


@contextmanager
def in_a_call(signals: Signals, colour: str, order: str) -> Iterator[Telling]:
    """A phone call with both instrumentations, put on in this order."""
    telling = Telling(signals.providers())
    telling.recorder.session_opened()
    other = theirs.AiobotocoreInstrumentor() if colour else theirs.BotocoreInstrumentor()
    if order == "theirs first":
        other.instrument(skip_dep_check=True, **signals.providers())
    with observed(telling.recorder, colour):
        if order == "ours first":
            other.instrument(skip_dep_check=True, **signals.providers())
        try:
            yield telling
        finally:
            other.uninstrument()
    telling.conversations.close_all()


def told(signals: Signals) -> list[Any]:
    """The spans that anybody made of a model call."""
    return [span for span in signals.spans() if span.attributes.get(names.GEN_AI_OPERATION_NAME) == "chat"]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_its_span_is_enriched_not_doubled(
    order: str, streamed: bool, simulators: Simulators, signals: Signals
) -> None:
    """One span for each answer, theirs; it says what only we know, also of a stream, which ends in their hands."""
    with in_a_call(signals, "", order):
        async with client("", "bedrock-runtime", simulators) as made:
            await (items(stream(made)) if streamed else converse(made))
    (span,) = told(signals)
    assert span.instrumentation_scope.name.startswith("opentelemetry.instrumentation.botocore")
    assert span.attributes[names.VOICE_TELEMETRY_OWNER] == "otel_voice"
    assert span.attributes[names.VOICE_TURN_INDEX] == 1
    assert span.attributes[names.GEN_AI_USAGE_INPUT_TOKENS] == 7
    assert (names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK in span.attributes) == streamed
    usage = signals.points(names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE)
    assert sum(point.count for point in usage) == 2  # theirs: of input and of output
    signals.checked = True  # what others emit is not in our schema


async def test_a_synthesis_is_ours_under_its_request(simulators: Simulators, signals: Signals) -> None:
    """Of Polly they tell the request only, and no longer than to its headers; the synthesis is our span under it."""
    with in_a_call(signals, "", "theirs first"):
        async with client("", "polly", simulators) as made:
            (await speech(made)).read()
    request = signals.span("Polly.SynthesizeSpeech")
    assert signals.span("text_to_speech generative").parent.span_id == request.context.span_id
    signals.checked = True


@pytest.mark.skipif(not KNOWS_AIOBOTOCORE, reason="no aiobotocore here, or an instrumentation that is older than it")
async def test_of_aiobotocore_they_tell_the_request_only(simulators: Simulators, signals: Signals) -> None:
    """There the answer is our span, under theirs."""
    with in_a_call(signals, "Async", "theirs first"):
        async with client("Async", "bedrock-runtime", simulators) as made:
            await settled(converse(made))
    (span,) = told(signals)
    assert span.name == f"chat {MODEL}"
    assert span.instrumentation_scope.name == "otel_voice"
    signals.checked = True
