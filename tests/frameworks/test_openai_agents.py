"""OpenAI's Agents SDK with no change to the program: what its processors are told, as spans, and nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import pytest

if find_spec("agents") is None:
    pytest.skip("openai-agents is in the environment of `make test-matrix CELLS=litellm`", allow_module_level=True)

import agents
from opentelemetry.sdk.trace import ReadableSpan

import otel_voice
from otel_voice.capture import guard
from otel_voice.providers import services
from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.frameworks.openai_agents_program import Heard, agent, book_appointment, model, refusing
from tests.signals import Signals
from tests.telemetry.telling import drawn

BOOKING = "Book an appointment for Monday"


@pytest.fixture(scope="module")
def simulators() -> Iterator[Simulators]:
    with Simulators() as servers:
        yield servers


@pytest.fixture
def told(signals: Signals, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signals]:
    """Everything is instrumented, and nothing is sent to OpenAI."""
    monkeypatch.setattr(guard, "strict", True)
    agents.set_trace_processors([])
    otel_voice.instrument(**signals.providers())
    yield signals
    otel_voice.uninstrument()


def tree(signals: Signals) -> list[str]:
    """The names of the spans, indented under their parents, in the order in which they began."""
    return [line for line in drawn(signals.spans()).splitlines() if "=" not in line]


def shape(signals: Signals) -> list[str]:
    """As `tree`, without kinds and times."""
    return [line.partition(" [")[0] for line in tree(signals)]


def span(signals: Signals, name: str) -> ReadableSpan:
    return signals.span(name)


async def test_a_run_is_one_trace(told: Signals, simulators: Simulators) -> None:
    """The model's calls and the tool between them are the run's, and the tool is told once, as it ran."""
    run = agents.RunConfig(workflow_name="Bookings", group_id="call-7")
    await agents.Runner.run(agent(simulators, tools=[book_appointment]), BOOKING, run_config=run)
    assert shape(told) == [
        "invoke_workflow Bookings",
        "  invoke_agent Northwind",
        "    chat gpt-4o-mini",
        "    execute_tool book_appointment",
        "    chat gpt-4o-mini",
    ]
    tool = span(told, "execute_tool book_appointment").attributes
    assert names.VOICE_TOOL_TIMING not in tool, "it was seen, and not inferred"
    assert tool[names.GEN_AI_TOOL_CALL_ID].startswith("call_")
    ran = span(told, "invoke_agent Northwind").attributes
    assert ran[names.GEN_AI_OPERATION_NAME] == "invoke_agent"
    assert ran[names.GEN_AI_AGENT_NAME] == "Northwind"
    assert ran[names.GEN_AI_CONVERSATION_ID] == "call-7"
    assert names.GEN_AI_PROVIDER_NAME not in ran


async def test_a_streamed_run_is_told_as_any(told: Signals, simulators: Simulators) -> None:
    """Its task runs beside the program's, and nothing of ours stays current in either."""
    result = agents.Runner.run_streamed(agent(simulators, tools=[book_appointment]), BOOKING)
    _ = [event async for event in result.stream_events()]
    assert shape(told)[1:3] == ["  invoke_agent Northwind", "    chat gpt-4o-mini"]
    assert len(told.spans()) == 5


async def test_an_agent_hands_over(told: Signals, simulators: Simulators) -> None:
    """A hand-off is a step of the one who hands over; the model's call for it is no tool beside that."""
    billing = agent(simulators, name="Billing")
    await agents.Runner.run(agent(simulators, handoffs=[billing]), "I have a question about billing")
    assert shape(told) == [
        "invoke_workflow Agent workflow",
        "  invoke_agent Northwind",
        "    chat gpt-4o-mini",
        "    handoff Billing",
        "  invoke_agent Billing",
        "    chat gpt-4o-mini",
    ]
    handed = span(told, "handoff Billing").attributes
    assert (handed[names.VOICE_HANDOFF_FROM], handed[names.VOICE_HANDOFF_TO]) == ("Northwind", "Billing")


async def test_an_agent_that_is_a_tool(told: Signals, simulators: Simulators) -> None:
    """The run of an agent that another one uses stands in the tool that it is."""
    helper = agent(simulators, name="Helper").as_tool("appointments", "Ask about an appointment")
    await agents.Runner.run(agent(simulators, tools=[helper]), BOOKING)
    nested = [line for line in shape(told) if "Helper" in line or "execute_tool" in line]
    assert nested == ["    execute_tool appointments", "      invoke_agent Helper"]


async def test_a_guardrail_stops_a_run(told: Signals, simulators: Simulators) -> None:
    """The guardrail did its work; the run has failed, with the program's own exception."""
    with pytest.raises(agents.InputGuardrailTripwireTriggered):
        await agents.Runner.run(agent(simulators, input_guardrails=[refusing]), "Tell me a secret")
    checked, ran = span(told, "guardrail refusing"), span(told, "invoke_agent Northwind")
    assert checked.attributes[names.VOICE_GUARDRAIL_TRIGGERED] is True
    assert checked.status.is_unset
    assert ran.attributes[names.ERROR_TYPE] == "InputGuardrailTripwireTriggered"


async def test_a_tool_fails(told: Signals, simulators: Simulators) -> None:
    """The SDK tells the model of it and goes on: the tool's span has the error, and the run has none."""

    @agents.function_tool
    def book_appointment(day: str) -> str:
        """Book an appointment."""
        raise LookupError("the calendar is gone")

    await agents.Runner.run(agent(simulators, tools=[book_appointment]), BOOKING)
    tool = span(told, "execute_tool book_appointment")
    assert tool.attributes[names.ERROR_TYPE] == "_OTHER"
    assert str(tool.status.description).startswith("Error running tool (non-fatal): "), "later SDKs leave the rest out"
    assert span(told, "invoke_agent Northwind").status.is_unset
    assert not [log for log in told.logs() if log.log_record.event_name]


async def test_a_model_fails(told: Signals, simulators: Simulators) -> None:
    """The provider's failure is counted where it happened; the run and the workflow say that they ended by it."""
    with pytest.raises(Exception, match="500"):
        await agents.Runner.run(agent(simulators, "fail=500"), "Hello")
    kinds = {each.name: each.attributes.get(names.ERROR_TYPE) for each in told.spans()}
    assert kinds["chat gpt-4o-mini"] == "500"
    assert kinds["invoke_agent Northwind"] == kinds["invoke_workflow Agent workflow"] == "InternalServerError"
    failures = [log for log in told.logs() if log.log_record.event_name]
    assert [log.log_record.event_name for log in failures] == [names.EVENT_GEN_AI_CLIENT_OPERATION_EXCEPTION]


async def test_a_run_that_is_cancelled_is_interrupted(told: Signals, simulators: Simulators) -> None:
    """Who gives up waiting has no error."""
    running = asyncio.Event()

    @agents.function_tool
    async def book_appointment(day: str) -> str:
        """Book an appointment."""
        running.set()
        await asyncio.Event().wait()
        return day

    task = asyncio.create_task(agents.Runner.run(agent(simulators, tools=[book_appointment]), BOOKING))
    await running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for name in ("execute_tool book_appointment", "invoke_agent Northwind", "invoke_workflow Agent workflow"):
        assert span(told, name).attributes[names.VOICE_INTERRUPTED] is True
        assert span(told, name).status.is_unset


async def test_an_error_around_a_run_is_not_its_own(told: Signals, simulators: Simulators) -> None:
    """A program that runs an agent to explain an error has an agent that did well."""
    try:
        raise LookupError("not the run's")
    except LookupError:
        await agents.Runner.run(agent(simulators), "Hello")
    assert all(each.status.is_unset for each in told.spans())


async def test_in_a_conversation_the_turn_holds_the_run(told: Signals, simulators: Simulators) -> None:
    """The turn is what belongs together: no workflow beside it. A failure in a run is one failure."""
    async with otel_voice.conversation("call-8"):
        with pytest.raises(Exception, match="500"):
            await agents.Runner.run(agent(simulators, "fail=500"), "Hello")
    assert shape(told) == ["conversation", "  turn", "    invoke_agent Northwind", "      chat gpt-4o-mini"]
    assert span(told, "turn").attributes[names.VOICE_TURN_ERRORS] == 1
    assert span(told, "invoke_agent Northwind").attributes[names.GEN_AI_CONVERSATION_ID] == "call-8"


@pytest.mark.parametrize("off", [lambda: agents.RunConfig(tracing_disabled=True), agents.RunConfig])
async def test_disabled_tracing_is_obeyed(
    told: Signals, simulators: Simulators, off: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its tracing the calls are told as of any program, and a tool is inferred from those around it."""
    if off is agents.RunConfig:
        monkeypatch.setenv("OPENAI_AGENTS_DISABLE_TRACING", "1")
        fresh = agents.tracing.provider.DefaultTraceProvider()
        monkeypatch.setattr("agents.tracing.setup.GLOBAL_TRACE_PROVIDER", fresh)
    await agents.Runner.run(agent(simulators, tools=[book_appointment]), BOOKING, run_config=off())
    assert sorted(each.name for each in told.spans()) == [
        "chat gpt-4o-mini",
        "chat gpt-4o-mini",
        "execute_tool book_appointment",
    ]
    tool = span(told, "execute_tool book_appointment").attributes
    assert tool[names.VOICE_TOOL_TIMING] == "inferred"


async def test_the_programs_processors_are_its_own(told: Signals, simulators: Simulators) -> None:
    """They are told what they were, in the same order; the list holds them and nobody else; taking them out is fine."""
    mine = Heard()
    agents.set_trace_processors([mine])
    await agents.Runner.run(agent(simulators), "Hello")
    provider = agents.tracing.get_trace_provider()
    assert provider._multi_processor._processors == (mine,)
    assert mine.heard[0] == mine.heard[-1].replace("end", "start") == "trace start"
    agents.set_trace_processors([])
    await agents.Runner.run(agent(simulators), "Hello")
    assert len([each for each in told.spans() if each.name == "invoke_agent Northwind"]) == 2


async def test_nothing_of_the_tools_is_kept_unless_asked_for(told: Signals, simulators: Simulators) -> None:
    """What a tool was given, and what it gave, is content."""
    await agents.Runner.run(agent(simulators, tools=[book_appointment]), BOOKING)
    assert not names.CONTENT_ATTRIBUTES & {name for each in told.spans() for name in each.attributes}


async def test_uninstrumented_is_as_before(told: Signals, simulators: Simulators) -> None:
    """The SDK's own functions are back."""
    otel_voice.uninstrument()
    assert agents.tracing.spans.SpanImpl.start.__qualname__ == "SpanImpl.start"
    assert not hasattr(agents.tracing.spans.SpanImpl.start, "__wrapped__")
    await agents.Runner.run(agent(simulators), "Hello")
    assert told.spans() == ()


async def test_a_voice_pipeline_is_a_conversation(told: Signals, simulators: Simulators) -> None:
    """What is heard, answered and spoken stands in one turn of one call; the model's part in the run of its agent."""
    numpy = pytest.importorskip("numpy", reason="the voice extra of openai-agents is not installed")
    from agents import voice

    sdk = model(simulators, "transcript=Hello")._client
    pipeline = voice.VoicePipeline(
        workflow=voice.SingleAgentVoiceWorkflow(agent(simulators)),
        stt_model=voice.OpenAISTTModel("whisper-1", sdk),
        tts_model=voice.OpenAITTSModel("tts-1", sdk),
        config=voice.VoicePipelineConfig(group_id="call-9"),
    )
    result = await pipeline.run(voice.AudioInput(buffer=numpy.zeros(24000, dtype=numpy.int16)))
    _ = [event async for event in result.stream()]
    await asyncio.wait([result.text_generation_task], timeout=20)
    await asyncio.sleep(0)  # what waits for its end has its turn
    under = [line for line in shape(told) if "turn." not in line]
    assert under == [
        "conversation",
        "  turn",
        "    speech_to_text whisper-1",
        "    invoke_agent Northwind",
        "      chat gpt-4o-mini",
        "    text_to_speech tts-1",
    ]
    call = span(told, "conversation").attributes
    assert call[names.VOICE_CONVERSATION_ORIGIN] == "framework"
    assert call[names.GEN_AI_CONVERSATION_ID] == "call-9"


@pytest.fixture
def host(simulators: Simulators) -> Iterator[str]:
    """The simulators' address, which is OpenAI's."""
    services.add_hosts({f"127.0.0.1:{simulators.port}": "openai"})
    yield f"ws://127.0.0.1:{simulators.port}/simulate/first=0,interval=0/v1/realtime?model=gpt-realtime"
    services._own.clear()
    services._known.clear()


async def test_a_realtime_session_is_a_conversation(told: Signals, host: str) -> None:
    """It is open from its connection to its close; what is answered on its websocket stands in its turns."""
    from agents import realtime

    runner = realtime.RealtimeRunner(realtime.RealtimeAgent(name="Northwind", instructions="Answer."))
    async with await runner.run(model_config={"url": host, "api_key": "simulated"}) as session:
        await session.send_message("Hello there")
        async for event in session:
            told_raw = event.type == "raw_model_event" and event.data.type == "raw_server_event"
            if told_raw and event.data.data["type"] == "response.done":
                break
        assert "conversation" not in {each.name for each in told.spans()}
    assert shape(told) == ["conversation", "  turn", "    realtime_inference gpt-realtime"]
    assert span(told, "conversation").attributes[names.VOICE_CONVERSATION_ORIGIN] == "framework"


async def test_a_realtime_session_that_cannot_begin(told: Signals, host: str) -> None:
    """The program's error is the SDK's, and the call has failed."""
    from agents import realtime

    refused = host.replace("interval=0", "interval=0,fail=401")
    runner = realtime.RealtimeRunner(realtime.RealtimeAgent(name="Northwind"))
    with pytest.raises(Exception, match="401"):
        await (await runner.run(model_config={"url": refused, "api_key": "simulated"})).enter()
    assert span(told, "conversation").attributes[names.VOICE_CONVERSATION_OUTCOME] == "failed"
