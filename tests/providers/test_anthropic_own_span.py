"""The span that the Anthropic SDK makes of its own calls, from 1.14 on: it is the one span of the call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.providers.anthropic_calls import BOOKING, DATED, MODEL, REQUEST, STREAMS, WAYS, client, observed
from tests.providers.openai_calls import COLOURS, items, settled
from tests.signals import Signals
from tests.telemetry.telling import Telling

anthropic = pytest.importorskip("anthropic", minversion="1.14")

SCOPE = "com.anthropic.sdk.python"
OWN = "anthropic.messages.create"

pytestmark = pytest.mark.parametrize("colour", COLOURS)
ways = pytest.mark.parametrize("way", WAYS)


@contextmanager
def in_a_call(signals: Signals) -> Iterator[Telling]:
    """A phone call during which the SDK is used, with everything recorded as in a program."""
    telling = Telling(signals.providers())
    telling.recorder.session_opened()
    with observed(telling.recorder):
        yield telling
    telling.conversations.close_all()


def told(signals: Signals) -> Any:
    """The only span that anybody made of a model call."""
    found = [span for span in signals.spans() if span.attributes.get(names.GEN_AI_OPERATION_NAME) == "chat"]
    assert len(found) == 1, [span.name for span in found]
    return found[0]


def telling_client(colour: str, simulators: Simulators, provider: Any, directives: str = "") -> Any:
    return client(colour, simulators, directives, open_telemetry={"tracer_provider": provider})


@ways
async def test_it_is_the_only_span_of_the_call(colour: str, way: str, simulators: Simulators, signals: Signals) -> None:
    """However a message is asked for, there is one span, the SDK's, in its turn; it tells what ours would have told."""
    with in_a_call(signals):
        await WAYS[way](telling_client(colour, simulators, signals.tracer_provider))
    span = told(signals)
    assert (span.name, span.instrumentation_scope.name) == (OWN, SCOPE)
    assert span.parent.span_id == signals.span("turn").context.span_id
    assert span.attributes[names.VOICE_TELEMETRY_OWNER] == "otel_voice"
    assert span.attributes[names.VOICE_TURN_INDEX] == 1
    assert span.attributes[names.GEN_AI_RESPONSE_MODEL] == DATED
    assert span.attributes[names.GEN_AI_RESPONSE_FINISH_REASONS] == ("end_turn",)
    assert span.attributes[names.GEN_AI_USAGE_INPUT_TOKENS] == 7
    assert (names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK in span.attributes) == (
        way in STREAMS or way == "streamed_response"
    )


@ways
async def test_what_it_used_is_counted_once(colour: str, way: str, simulators: Simulators, signals: Signals) -> None:
    """The SDK has no metrics: ours are recorded, once."""
    with in_a_call(signals):
        await WAYS[way](telling_client(colour, simulators, signals.tracer_provider))
    usage = {
        point.attributes[names.GEN_AI_TOKEN_TYPE]: (point.count, point.sum)
        for point in signals.points(names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE)
    }
    assert usage == {"input": (1, 7), "output": (1, 8)}
    (duration,) = signals.points(names.METRIC_GEN_AI_CLIENT_OPERATION_DURATION)
    assert (duration.count, duration.attributes[names.GEN_AI_REQUEST_MODEL]) == (1, MODEL)


async def test_a_stream_that_is_closed_is_interrupted(colour: str, simulators: Simulators, signals: Signals) -> None:
    """The SDK says nothing of a stream that the program left; ours is said before its span is exported."""
    with in_a_call(signals):
        made = telling_client(colour, simulators, signals.tracer_provider, "interval=0.02")
        stream = await settled(made.messages.create(**REQUEST, stream=True))
        await (stream.__anext__() if colour else settled(next(stream)))
        await settled(stream.close())
    assert told(signals).attributes[names.VOICE_INTERRUPTED] is True


async def test_a_refusal_is_one_failed_span_and_one_event(
    colour: str, simulators: Simulators, signals: Signals
) -> None:
    """The SDK says what failed on its span; the event, which the SDK does not have, is ours."""
    with in_a_call(signals), pytest.raises(anthropic.RateLimitError):
        await WAYS["whole"](telling_client(colour, simulators, signals.tracer_provider, "fail=429"))
    span = told(signals)
    assert span.attributes[names.ERROR_TYPE] == "rate_limit_error"
    assert span.status.status_code is trace.StatusCode.ERROR
    events = [log.log_record.event_name for log in signals.logs()]
    assert events.count(names.EVENT_GEN_AI_CLIENT_OPERATION_EXCEPTION) == 1


async def test_tools_are_executed_in_the_turn(colour: str, simulators: Simulators, signals: Signals) -> None:
    """A tool that the model asked for is a span of the same turn."""
    with in_a_call(signals):
        made = telling_client(colour, simulators, signals.tracer_provider)
        asked = [{"role": "user", "content": "Book an appointment tomorrow"}]
        answer = await settled(made.messages.create(**{**REQUEST, "tools": [BOOKING], "messages": asked}))
        result = {"type": "tool_result", "tool_use_id": answer.content[0].id, "content": "booked"}
        history = [*asked, {"role": "assistant", "content": answer.content}, {"role": "user", "content": [result]}]
        await items(made.messages.create(**{**REQUEST, "messages": history}, stream=True))
    assert signals.span("execute_tool book_appointment").parent.span_id == signals.span("turn").context.span_id


async def test_switched_off_the_span_is_ours(colour: str, simulators: Simulators, signals: Signals) -> None:
    """A client that was told to make no spans leaves no gap."""
    with in_a_call(signals):
        await WAYS["whole"](client(colour, simulators, open_telemetry=False))
    assert told(signals).name == f"chat {MODEL}"


async def test_exported_elsewhere_the_span_is_ours_too(colour: str, simulators: Simulators, signals: Signals) -> None:
    """A client with a provider of its own tells somebody else; our span is made as ever."""
    with in_a_call(signals):
        await WAYS["streamed"](telling_client(colour, simulators, TracerProvider(shutdown_on_exit=False)))
    assert told(signals).name == f"chat {MODEL}"


async def test_the_request_carries_the_span_on(colour: str, simulators: Simulators, signals: Signals) -> None:
    """Nothing of the SDK's own tracing is lost: the request names the span as its parent."""
    sent: list[str] = []
    with in_a_call(signals):
        made = telling_client(colour, simulators, signals.tracer_provider)
        made._client.event_hooks = {"request": [_keeping(sent, colour)]}
        await WAYS["whole"](made)
    context = told(signals).context
    assert [each.rpartition("-")[0] for each in sent] == [f"00-{context.trace_id:032x}-{context.span_id:016x}"]


def _keeping(sent: list[str], colour: str) -> Any:
    def keep(request: Any) -> None:
        sent.append(request.headers["traceparent"])

    async def akeep(request: Any) -> None:
        keep(request)

    return akeep if colour else keep
