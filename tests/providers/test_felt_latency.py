"""The latency that a caller feels, against a microphone and a loudspeaker that stand where the caller stands."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest

import otel_voice
from otel_voice.providers import services
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.providers.telephone import EARS, RATE, REPLY, SAID, SPEECH, TOOL, Agent, Ear, Recorder, plain
from tests.signals import Signals
from tests.watch import TooFarApartError, same_seconds, watched

pytest.importorskip("openai", reason="its SDK is not installed in this environment")

SECOND = bytes(RATE * 2)


async def _in_parts(agent: Agent) -> None:
    """Each sentence is a synthesis of its own."""
    await agent.thinks()
    await agent.says("Of course.")
    await agent.says("For how many people.")


async def _with_a_tool(agent: Agent) -> None:
    """The model wants to know something first."""
    (call, *_) = await agent.thinks("first=0.05,tool=book", tools=[TOOL])
    await asyncio.sleep(0.06)
    result = {"role": "tool", "tool_call_id": call.id, "content": "booked"}
    function = {"name": "book", "arguments": "{}"}
    asked = {"role": "assistant", "tool_calls": [{"id": call.id, "type": "function", "function": function}]}
    await agent.thinks(messages=[{"role": "user", "content": SAID}, asked, result])
    await agent.says(REPLY)


async def _on_a_guess(agent: Agent) -> None:
    """What was begun too early is given up, and begun anew."""
    guess = asyncio.create_task(agent.thinks("first=0.5"))
    await asyncio.sleep(0.05)
    guess.cancel()
    await plain(agent)


@pytest.fixture
def told(signals: Signals, simulators: Simulators) -> Iterator[Signals]:
    """Everything is instrumented."""
    otel_voice.instrument(**signals.providers())
    yield signals
    otel_voice.uninstrument()
    services._own.clear()
    services._known.clear()


def _agent(told: Signals, simulators: Simulators, ear: Ear = EARS[0]) -> Agent:
    """A new call: what an earlier one told is gone."""
    told._spans.clear()
    services.add_hosts({f"127.0.0.1:{simulators.port}": ear.provider})
    return Agent(simulators, ear)


def _turns(told: Signals) -> list[Any]:
    """The attributes of the turns, each with a breakdown that holds."""
    spans = sorted(told.spans(), key=lambda span: span.start_time)
    turns: list[Any] = [span.attributes for span in spans if span.name == "turn"]
    for turn in turns:
        stages = [value for name, value in turn.items() if name.startswith(f"{names.VOICE_TURN_STAGE}.")]
        assert min(stages, default=0) >= 0
        assert sum(stages) == pytest.approx(turn.get(names.VOICE_TURN_RESPONSE_LATENCY, 0))
    return turns


def _as_felt(turn: Any, recorder: Recorder) -> None:
    assert recorder.heard is not None
    same_seconds(turn[names.VOICE_TURN_RESPONSE_LATENCY], recorder.heard - recorder.silent)


async def _felt(told: Signals, simulators: Simulators, ear: Ear, answer: Any) -> None:
    agent = _agent(told, simulators, ear)
    async with otel_voice.conversation(), agent.hears(SPEECH, SAID) as messages:
        await agent.is_done(messages)
        await answer(agent)
    (turn,) = _turns(told)
    _as_felt(turn, agent.recorder)


@pytest.mark.parametrize("ear", EARS, ids=lambda ear: ear.path)
@watched
async def test_by_every_way_to_find_that_the_user_is_done(told: Signals, simulators: Simulators, ear: Ear) -> None:
    """An endpoint, a turn that the service detects, words with their times."""
    await _felt(told, simulators, ear, plain)


@pytest.mark.parametrize("answer", [_in_parts, _with_a_tool, _on_a_guess], ids=lambda answer: answer.__name__)
@watched
async def test_whatever_the_answer_is_made_of(told: Signals, simulators: Simulators, answer: Any) -> None:
    """Several syntheses, a tool, an answer that was guessed."""
    await _felt(told, simulators, EARS[0], answer)


@pytest.mark.parametrize("interim", ["true", "false"])
@watched
async def test_a_late_transcript(told: Signals, simulators: Simulators, interim: str) -> None:
    """The agent's own ear finds the user silent; the final transcript comes when the answer has begun."""
    ear = EARS[0]._replace(query={**EARS[0].query, "interim_results": interim})
    agent = _agent(told, simulators, ear)
    async with otel_voice.conversation(), agent.hears(SPEECH, SAID) as messages:
        done = asyncio.create_task(agent.is_done(messages))
        await agent.recorder.spoken.wait()
        await agent.thinks("first=0,interval=0")
        await agent.says(REPLY)
        was_late = not done.done()
        await done
    if not was_late:
        raise TooFarApartError("the transcript came before the answer")
    (turn,) = _turns(told)
    assert turn[names.VOICE_TURN_INITIATOR] == "user"
    _as_felt(turn, agent.recorder)


@watched
async def test_a_correction(told: Signals, simulators: Simulators) -> None:
    """The user goes on after a pause: what was begun is given up, and the answer is felt from the second silence on."""
    agent = _agent(told, simulators)
    sound = SPEECH + SECOND + synthesize("No for two.", RATE)
    async with otel_voice.conversation(), agent.hears(sound, f"{SAID}|No for two.") as messages:
        await agent.is_done(messages)
        guess = asyncio.create_task(agent.thinks("first=30"))
        await agent.is_done(messages)
        guess.cancel()
        await plain(agent)
    _as_felt(_turns(told)[-1], agent.recorder)


@watched
async def test_an_agent_that_speaks_first(told: Signals, simulators: Simulators) -> None:
    """A greeting answers nobody: its turn has no latency, the call a time to its first word."""
    agent, began = _agent(told, simulators), time.perf_counter()
    async with otel_voice.conversation():
        await agent.says("Hello.")
    (turn,) = _turns(told)
    assert names.VOICE_TURN_RESPONSE_LATENCY not in turn
    (call,) = [span for span in told.spans() if span.name == "conversation"]
    assert agent.recorder.heard is not None
    same_seconds(call.attributes[names.VOICE_CONVERSATION_TIME_TO_FIRST_WORD], agent.recorder.heard - began)


@watched
async def test_a_user_who_says_nothing_more(told: Signals, simulators: Simulators) -> None:
    """After a while the agent asks again; what was felt is that of the first answer."""
    agent = _agent(told, simulators)
    async with otel_voice.conversation(), agent.hears(SPEECH, SAID) as messages:
        await agent.is_done(messages)
        await plain(agent)
        await asyncio.sleep(0.3)
        await agent.says("Are you still there?")
    answered, *again = _turns(told)
    _as_felt(answered, agent.recorder)
    assert all(names.VOICE_TURN_RESPONSE_LATENCY not in turn for turn in again)


@watched
async def test_a_user_who_hangs_up_before_the_answer(told: Signals, simulators: Simulators) -> None:
    """Nothing was heard, so that there is no latency, and what was under way was interrupted."""
    agent = _agent(told, simulators)
    async with otel_voice.conversation(), agent.hears(SPEECH, SAID) as messages:
        await agent.is_done(messages)
        thinking = asyncio.create_task(agent.thinks("first=30"))
        await asyncio.sleep(0.1)
        thinking.cancel()
    (turn,) = _turns(told)
    assert names.VOICE_TURN_RESPONSE_LATENCY not in turn


@watched
async def test_a_model_that_listens_and_speaks_itself(told: Signals, simulators: Simulators) -> None:
    """The service finds that the user is done, and answers by itself."""
    from tests.providers.openai_realtime_calls import RATE as ITS_RATE
    from tests.providers.openai_realtime_calls import WORDS, talking

    told._spans.clear()
    recorder = Recorder()
    directives = f"first=0.05,transcript={SAID},reply={REPLY}"
    async with otel_voice.conversation(), talking("Async", WORDS[-1], simulators, directives) as talk:
        await talk.setting(transcription={"model": "whisper-1"})

        async def send(frame: bytes) -> None:
            await talk.send("input_audio_buffer.append", audio=base64.b64encode(frame).decode())

        microphone = asyncio.create_task(recorder.speaks(send, synthesize(SAID, ITS_RATE), ITS_RATE))
        await talk.until("audio.delta")
        recorder.heard = time.perf_counter()
        microphone.cancel()
        await talk.answer()
    (turn,) = _turns(told)
    _as_felt(turn, recorder)
