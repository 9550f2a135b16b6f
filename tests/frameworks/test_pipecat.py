"""Pipecat with no change to the program: one trace a call, its turns explained, and no service told twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

if find_spec("pipecat") is None:
    pytest.skip("Pipecat is in the environment of `make test-matrix CELLS=pipecat`", allow_module_level=True)

import loguru
from opentelemetry import trace

import otel_voice
from otel_voice.conversations import arrival
from otel_voice.conversations.arrival import Arrival
from otel_voice.instrumentors import PipecatInstrumentor
from otel_voice.logs.logs import Logs
from otel_voice.providers import services
from otel_voice.runtime import runtime
from otel_voice.settings import Settings
from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from otel_voice.telemetry.redaction import redact
from tests.frameworks.pipecat_agent import Caller
from tests.signals import Signals
from tests.watch import same_seconds, watched

SAID = "I would like a table."
REPLY = "Of course."


@pytest.fixture(scope="module")
def simulators() -> Iterator[Simulators]:
    with Simulators() as servers:
        yield servers


@pytest.fixture
def hosts(simulators: Simulators) -> Iterator[None]:
    """The simulators' addresses are those of providers."""
    services.add_hosts({f"127.0.0.1:{simulators.port}": "deepgram", f"localhost:{simulators.port}": "cartesia"})
    yield
    services._own.clear()
    services._known.clear()


@pytest.fixture
def told(signals: Signals, hosts: None) -> Iterator[Signals]:
    """Everything is instrumented."""
    otel_voice.instrument(**signals.providers())
    yield signals
    otel_voice.uninstrument()


@pytest.fixture
def traced(told: Signals, monkeypatch: pytest.MonkeyPatch) -> Signals:
    """Pipecat's own spans go the same way; it takes no provider but the global one."""
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", told.tracer_provider)
    told.checked = True  # Pipecat's spans are not of our schema
    return told


def turns(signals: Signals) -> list[Any]:
    return sorted(
        (span for span in ours(signals) if span.name == "turn"),
        key=lambda span: span.attributes[names.VOICE_TURN_INDEX],
    )


def ours(signals: Signals) -> list[Any]:
    return [span for span in signals.spans() if span.instrumentation_scope.name == "otel_voice"]


def operations(signals: Signals) -> list[str]:
    """What was asked of providers, by the spans that we made of it."""
    return sorted(span.name for span in ours(signals) if names.GEN_AI_OPERATION_NAME in span.attributes)


def counted(signals: Signals) -> dict[str, int]:
    """How often each operation is in the metrics."""
    points = signals.points(names.METRIC_GEN_AI_CLIENT_OPERATION_DURATION)
    return {point.attributes[names.GEN_AI_OPERATION_NAME]: point.count for point in points}


ONCE = {"speech_to_text": 1, "chat": 1, "text_to_speech": 1}


@watched
async def test_the_latency_that_the_caller_felt(told: Signals, simulators: Simulators) -> None:
    """From the last sound of the user to the first of the bot, as microphone and loudspeaker have it, and it sums."""
    told._spans.clear()
    async with Caller(simulators, SAID, REPLY) as caller:
        await caller.says(SAID)
    (turn,) = turns(told)
    felt = (caller.loudspeaker.heard_ns[0] - caller.microphone.silent_ns) / 1e9
    latency = turn.attributes[names.VOICE_TURN_RESPONSE_LATENCY]
    same_seconds(latency, felt)
    stages = {name: value for name, value in turn.attributes.items() if name.startswith(f"{names.VOICE_TURN_STAGE}.")}
    assert sum(stages.values()) == pytest.approx(latency)
    assert {"decision", "inference", "synthesis", "playback"} <= {name.rpartition(".")[2] for name in stages}


async def test_one_trace_and_nothing_twice(told: Signals, simulators: Simulators) -> None:
    """What services ask of providers, through an SDK or a websocket of their own, stands in the call's one turn."""
    async with Caller(simulators, SAID, REPLY, conversation_id="call-7") as caller:
        await caller.says(SAID)
    assert len({span.context.trace_id for span in told.spans()}) == 1
    conversation, (turn,) = told.span("conversation"), turns(told)
    assert conversation.attributes[names.VOICE_CONVERSATION_ORIGIN] == "framework"
    assert conversation.attributes[names.VOICE_CONVERSATION_ID] == "call-7"
    assert [name.partition(" ")[0] for name in operations(told)] == sorted(ONCE)
    asked = [span for span in ours(told) if names.GEN_AI_OPERATION_NAME in span.attributes]
    assert {span.parent.span_id for span in asked} == {turn.context.span_id}
    assert counted(told) == ONCE
    told.check()


async def test_its_log_lines_know_their_call(told: Signals, simulators: Simulators) -> None:
    """Pipecat logs by loguru: what it says while the pipeline runs is exported with the call's trace and id."""
    logs = Logs(Settings(log_level=logging.DEBUG), redact, told.logger_provider, told.meter_provider)
    logs.begin()
    logs.imported(loguru)
    try:
        async with Caller(simulators, SAID, REPLY, conversation_id="call-7") as caller:
            await caller.says(SAID)
    finally:
        logs.end()
    told.checked = True  # what Pipecat says beside its messages is its own
    traces = {span.context.trace_id for span in told.spans()}
    records = [log.log_record for log in told.logs() if log.instrumentation_scope.name.startswith("pipecat")]
    of_the_call = [each for each in records if each.attributes.get(names.VOICE_CONVERSATION_ID) == "call-7"]
    assert {each.trace_id for each in of_the_call} == traces
    assert {each.attributes.get(names.VOICE_CONVERSATION_ID) for each in records} <= {"call-7", None}
    assert [each for each in of_the_call if "LLM" in str(each.body)]


async def test_services_that_nobody_sees(signals: Signals, simulators: Simulators) -> None:
    """Where no patch reads what a service asks its provider, its frames are told: once, with what it used."""
    PipecatInstrumentor().instrument(**signals.providers())
    try:
        async with Caller(simulators, SAID, REPLY) as caller:
            await caller.says(SAID)
    finally:
        otel_voice.uninstrument()
    assert counted(signals) == ONCE
    thought, spoken = (
        next(span.attributes for span in ours(signals) if span.name.startswith(f"{operation} "))
        for operation in ("chat", "text_to_speech")
    )
    assert thought[names.GEN_AI_PROVIDER_NAME] == "openai"
    assert thought[names.GEN_AI_USAGE_INPUT_TOKENS] > 0
    assert spoken[names.GEN_AI_PROVIDER_NAME] == "cartesia"
    assert spoken[names.VOICE_TTS_CHARACTERS] >= len(REPLY)
    assert spoken[names.VOICE_AUDIO_DURATION] > 0
    stages = turns(signals)[0].attributes
    assert {f"{names.VOICE_TURN_STAGE}.inference", f"{names.VOICE_TURN_STAGE}.synthesis"} <= set(stages)
    signals.check()


async def test_a_service_that_fails(signals: Signals, simulators: Simulators) -> None:
    """Also where no patch sees it: the operation has failed, and says at what."""
    PipecatInstrumentor().instrument(**signals.providers())
    try:
        async with Caller(simulators, SAID, f"{REPLY},fail=401") as caller:
            caller.microphone.say(SAID)
            while "chat" not in counted(signals):
                await asyncio.sleep(0.01)
    finally:
        otel_voice.uninstrument()
    (asked,) = (span.attributes for span in ours(signals) if span.name.startswith("chat "))
    assert asked[names.ERROR_TYPE]
    assert turns(signals)[0].attributes[names.VOICE_TURN_ERRORS] == 1


async def test_a_call_that_comes_in(told: Signals, simulators: Simulators) -> None:
    """A pipeline that serves a connection belongs to the connection's conversation, which ends with that."""
    calls = runtime().conversations
    arrived = Arrival("call-8", None, None)
    call = calls.open_for(arrived)
    token = arrival.current.set(arrived)
    async with Caller(simulators, SAID, REPLY) as caller:
        await caller.says(SAID)
    arrival.current.reset(token)
    assert not call.closed
    calls.close(call)
    conversation = told.span("conversation")
    assert conversation.attributes[names.VOICE_CONVERSATION_ID] == "call-8"
    assert {span.context.trace_id for span in told.spans()} == {conversation.context.trace_id}


@watched
async def test_speech_over_the_answer(told: Signals, simulators: Simulators) -> None:
    """The turn says that it was interrupted, how long the bot went on, and what was paid for and never heard."""
    told._spans.clear()
    long = "word " * 40  # 12 seconds
    async with Caller(simulators, f"{SAID}|No wait a moment please.", long) as caller:
        speaking = asyncio.create_task(caller.says(SAID))
        while caller.loudspeaker.seconds < 0.5:
            await asyncio.sleep(0.01)
        caller.microphone.say("No wait a moment please.")
        await speaking
        began, ended, heard = caller.microphone.voiced_ns, caller.loudspeaker.silent_ns, caller.loudspeaker.seconds
    cut = turns(told)[0].attributes
    assert cut[names.VOICE_INTERRUPTION_SOURCE] == "user_speech"
    same_seconds(cut[names.VOICE_INTERRUPTION_HEARD_DURATION], heard)
    assert cut[names.VOICE_INTERRUPTION_UNHEARD_DURATION] == pytest.approx(12 - heard, abs=1.0)
    # The detector of voices runs in a thread: where that is slow, it hears the user later than the microphone.
    assert began is not None
    assert 0 < cut[names.VOICE_INTERRUPTION_STOP_LATENCY] < (ended - began) / 1e9 + 0.1


async def test_two_pipelines_do_not_mix(told: Signals, simulators: Simulators) -> None:
    """Two calls in one process: each has its own trace, recogniser, model and voice."""

    async def call(model: str) -> None:
        async with Caller(simulators, SAID, REPLY, model) as caller:
            await caller.says(SAID)

    await asyncio.gather(call("model-a"), call("model-b"))
    traces: dict[int, list[Any]] = {}
    for span in told.spans():
        traces.setdefault(span.context.trace_id, []).append(span)
    assert len(traces) == 2
    for spans in traces.values():
        asked = [span.attributes for span in spans if names.GEN_AI_OPERATION_NAME in span.attributes]
        assert sorted(each[names.GEN_AI_OPERATION_NAME] for each in asked) == sorted(ONCE)
        assert len([span for span in spans if span.name == "turn"]) == 1
    models = [each.attributes.get(names.GEN_AI_REQUEST_MODEL) for spans in traces.values() for each in spans]
    assert {"model-a", "model-b"} <= set(models)


async def test_beside_its_own_tracing(traced: Signals, simulators: Simulators) -> None:
    """Pipecat's spans of the model and the voice are completed, and what it lacks is told: metrics, and the turn."""
    async with Caller(simulators, SAID, REPLY, enable_tracing=True) as caller:
        await caller.says(SAID)
    spans = traced.spans()
    assert len({span.context.trace_id for span in spans}) == 1
    root = next(span for span in ours(traced) if span.name == "conversation")
    theirs = {span.name: span for span in spans if span.instrumentation_scope.name.startswith("pipecat")}
    assert theirs["conversation"].parent.span_id == root.context.span_id
    assert not [name for name in operations(traced) if not name.startswith("speech_to_text")]
    for name in ("llm", "tts"):
        assert theirs[name].attributes[names.VOICE_TELEMETRY_OWNER] == "otel_voice"
        assert theirs[name].attributes[names.VOICE_TURN_ID] == turns(traced)[0].attributes[names.VOICE_TURN_ID]
        assert theirs[name].attributes[names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] > 0
    assert counted(traced) == ONCE


async def test_without_us_it_is_as_it_was(told: Signals, simulators: Simulators) -> None:
    """Switched off, a pipeline is no conversation of ours."""
    otel_voice.uninstrument()
    async with Caller(simulators, SAID, REPLY) as caller:
        await caller.says(SAID)
    assert not ours(told)
