"""LiveKit Agents with no change to the program: one trace a call, its turns explained, nothing told twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

if find_spec("livekit") is None:
    pytest.skip("LiveKit is in the environment of `make test-matrix CELLS=livekit`", allow_module_level=True)

from livekit.agents import telemetry as livekit_telemetry

import otel_voice
from otel_voice.providers import services
from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.frameworks.livekit_agent import Caller
from tests.signals import Signals
from tests.watch import same_seconds, watched

SAID = "I would like a table."
REPLY = "Of course. For how many people."


@pytest.fixture(scope="module")
def simulators() -> Iterator[Simulators]:
    with Simulators() as servers:
        yield servers


@pytest.fixture
def told(signals: Signals, simulators: Simulators) -> Iterator[Signals]:
    """Everything is instrumented, and LiveKit's own spans go the same way."""
    services.add_hosts({f"127.0.0.1:{simulators.port}": "deepgram", f"localhost:{simulators.port}": "cartesia"})
    livekit_telemetry.set_tracer_provider(signals.tracer_provider)
    otel_voice.instrument(**signals.providers())
    signals.checked = True  # LiveKit's spans are not of our schema
    yield signals
    otel_voice.uninstrument()
    services._own.clear()
    services._known.clear()


def turns(signals: Signals) -> list[Any]:
    return sorted((span for span in signals.spans() if span.name == "turn"), key=lambda span: span.start_time)


@watched
async def test_the_latency_that_the_caller_felt(told: Signals, simulators: Simulators) -> None:
    """From the last sound of the user to the first of the agent, as microphone and loudspeaker have it, and it sums."""
    told._spans.clear()
    async with Caller(simulators, SAID, REPLY) as caller:
        await caller.says(SAID)
    (turn,) = turns(told)
    felt = (caller.loudspeaker.heard_ns[0] - caller.microphone.silent_ns) / 1e9
    same_seconds(turn.attributes[names.VOICE_TURN_RESPONSE_LATENCY], felt)
    stages = {name: value for name, value in turn.attributes.items() if name.startswith(f"{names.VOICE_TURN_STAGE}.")}
    assert sum(stages.values()) == pytest.approx(turn.attributes[names.VOICE_TURN_RESPONSE_LATENCY])
    assert {"decision", "inference", "synthesis", "playback"} <= {name.rpartition(".")[2] for name in stages}


async def test_one_trace_and_nothing_twice(told: Signals, simulators: Simulators) -> None:
    """LiveKit's own spans stand in the conversation; what they tell of a call is not told by a span of ours."""
    async with Caller(simulators, SAID, REPLY) as caller:
        await caller.says(SAID)
    spans = told.spans()
    assert len({span.context.trace_id for span in spans}) == 1
    (conversation,) = (span for span in spans if span.name == "conversation")
    assert conversation.attributes[names.VOICE_CONVERSATION_ORIGIN] == "framework"
    assert told.span("agent_session").parent.span_id == conversation.context.span_id
    ours = [span.name for span in spans if span.instrumentation_scope.name == "otel_voice"]
    assert sorted(name for name in ours if not name.startswith("turn.")) == [
        "conversation",
        "speech_to_text nova-3",
        "turn",
    ]
    (heard,) = (span for span in spans if span.name == "speech_to_text nova-3")
    assert heard.parent.span_id == turns(told)[0].context.span_id
    assert told.span("llm_request_run").attributes[names.VOICE_TELEMETRY_OWNER] == "otel_voice"
    assert told.span("tts_request_run").attributes[names.VOICE_TELEMETRY_OWNER] == "otel_voice"


async def test_speech_over_the_answer(told: Signals, simulators: Simulators) -> None:
    """The turn says that it was interrupted, and how long the agent went on after the user had begun."""
    long = "word " * 40  # 12 seconds
    async with Caller(simulators, f"{SAID}|No wait a moment please.", long) as caller:
        speaking = asyncio.create_task(caller.says(SAID))
        while not caller.loudspeaker.heard_ns:
            await asyncio.sleep(0.01)
        caller.microphone.say("No wait a moment please.")
        await speaking
    cut = turns(told)[0].attributes
    assert cut[names.VOICE_INTERRUPTION_SOURCE] == "user_speech"
    assert 0 < cut[names.VOICE_INTERRUPTION_STOP_LATENCY] < 12


async def test_two_sessions_do_not_mix(told: Signals, simulators: Simulators) -> None:
    """Two calls in one process: each has its own trace, recogniser, model and voice."""

    async def call(model: str) -> None:
        async with Caller(simulators, SAID, REPLY, model) as caller:
            await caller.says(SAID)

    await asyncio.gather(call("model-a"), call("model-b"))
    traces: dict[int, set[str]] = {}
    for span in told.spans():
        traces.setdefault(span.context.trace_id, set()).add(str(span.attributes.get(names.GEN_AI_REQUEST_MODEL)))
    assert len(traces) == 2
    assert all(len(models & {"model-a", "model-b"}) == 1 for models in traces.values())
    assert len(turns(told)) == 2


async def test_without_us_it_is_as_it_was(told: Signals, simulators: Simulators) -> None:
    """Switched off, a session is no conversation of ours."""
    otel_voice.uninstrument()
    async with Caller(simulators, SAID, REPLY) as caller:
        await caller.says(SAID)
    assert not [span for span in told.spans() if span.instrumentation_scope.name == "otel_voice"]
