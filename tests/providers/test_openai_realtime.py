"""OpenAI Realtime: one record for each utterance and for each answer, and what the user heard of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation import clock
from otel_voice.observation.records import Outcome, RealtimeResponse, SpeechToText
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import BOOKING, COLOURS, client, entered, observed, settled
from tests.providers.openai_realtime_calls import (
    AUDIO,
    MODEL,
    QUIET,
    RATE,
    SAID,
    SPEECH,
    VERSION,
    WORDS,
    Talk,
    manager,
    talking,
)
from tests.watch import at_least, same_moment, same_seconds, watched

HEARD = f"transcript={SAID},interval=0.001"
LONG = "reply=" + "word " * 40  # 12 seconds of sound
SHORT = "reply=Hi."

pytestmark = [pytest.mark.parametrize("words", WORDS), pytest.mark.parametrize("colour", COLOURS)]


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


def utterance(sink: RecordingSink, index: int = 0) -> SpeechToText:
    found: SpeechToText = [record for record in sink.records if isinstance(record, SpeechToText)][index]
    return found


def response(sink: RecordingSink, index: int = 0) -> RealtimeResponse:
    found: RealtimeResponse = [record for record in sink.records if isinstance(record, RealtimeResponse)][index]
    return found


async def test_an_exchange_is_an_utterance_and_an_answer(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """All that the service tells of what was said and of what was answered is read, and nothing of its words."""
    async with talking(colour, words, simulators, HEARD) as talk:
        await talk.setting(transcription={"model": "gpt-4o-transcribe"})
        await talk.says()
        answer = await talk.answer()
    said, told = utterance(sink), response(sink)
    assert len(sink.started) == len(sink.records) == 2
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert (said.provider, said.request_model) == ("openai", "gpt-4o-transcribe")
    assert (said.words, said.speech_end_source, said.interim_results) == (5, "provider_event", 2)
    assert said.audio_seconds == pytest.approx(len(SPEECH) / RATE / 2, abs=0.1)
    assert said.transcript_content is None
    assert (told.request_model, told.response_id, told.voice) == (MODEL, answer.id, "alloy")
    assert (told.input_tokens, told.output_tokens) == (answer.usage.input_tokens, answer.usage.output_tokens)
    assert told.audio_output_tokens == answer.usage.output_token_details.audio_tokens
    assert told.audio_input_tokens == answer.usage.input_token_details.audio_tokens
    assert (told.audio_format, told.sample_rate, told.channels) == ("pcm", RATE, 1)
    assert told.audio_seconds == (len("You said: ") + len(SAID)) / 16
    assert list(told.finish_reasons) == ["completed"]
    assert told.answers is said
    assert not told.opens_turn
    assert told.session_id == said.session_id != ""
    assert (told.request_id or "").startswith("req_")
    assert (told.server_address, told.server_port) == ("127.0.0.1", simulators.port)
    assert (told.output_content, told.system_content) == (None, None)
    assert told.conversation is said.conversation is sink.opened[0]
    assert sink.opened == sink.closed


async def test_content_is_kept_when_it_is_asked_for(colour: str, words: str, simulators: Simulators) -> None:
    """What was said, what was answered and what the model was told are read when somebody wants content."""
    with observed(RecordingSink(wants_content=True)) as sink:
        async with talking(colour, words, simulators, HEARD) as talk:
            await talk.setting(transcription={"model": "whisper-1"}, instructions="Be polite.")
            await talk.says()
            await talk.answer()
    assert utterance(sink).transcript_content == SAID
    assert response(sink).output_content == [{"role": "assistant", "content": f"You said: {SAID}"}]
    assert response(sink).system_content == [{"type": "text", "content": "Be polite."}]


async def test_an_utterance_without_a_transcript_ends_with_the_silence(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The model needs no transcript; without one the utterance is over when the service says that the user is done."""
    async with talking(colour, words, simulators) as talk:
        await talk.says()
        await talk.until("committed")
        said = utterance(sink)
    assert (said.outcome, said.request_model, said.words) == (Outcome.COMPLETED, None, None)
    assert said.endpoint_ns is not None


@watched
async def test_the_end_of_speech_is_when_its_last_sound_was_sent(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The service waits for a silence before it says so; that wait is not speech."""
    sink.clear()
    async with talking(colour, words, simulators) as talk:
        await talk.says(AUDIO[: -len(QUIET)])
        spoken = clock.now()
        await asyncio.sleep(0.1)
        await talk.says(QUIET)
        await talk.until("speech_stopped")
    said = utterance(sink)
    assert said.speech_ended_ns is not None
    # The last letter of the text is a rest of 1/16 s, and a checkpoint of the audio is a tenth of a second.
    same_moment(said.speech_ended_ns, spoken, within=200_000_000)
    at_least(len(AUDIO) / RATE / 2, (said.speech_ended_ns - said.started_ns) / 1e9)


@watched
async def test_the_program_may_say_that_the_user_is_done(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """With a button to talk, speech lasts from the first audio until it is committed, and the answer is asked for."""
    sink.clear()
    async with talking(colour, words, simulators, "first=0.05") as talk:
        await talk.setting(turn_detection=None)
        before = clock.now()
        await talk.says(SPEECH)
        await talk.send("input_audio_buffer.commit")
        committed = clock.now()
        await talk.until("committed")
        asked = clock.now()
        await talk.send("response.create")
        await talk.answer()
    said, told = utterance(sink), response(sink)
    assert said.speech_end_source == "caller"
    assert before <= said.started_ns <= (said.speech_ended_ns or 0) <= committed
    assert told.asked_ns == told.started_ns >= asked
    at_least(told.time_to_first_chunk, 0.05)


@watched
async def test_text_is_answered_in_text(colour: str, words: str, simulators: Simulators, sink: RecordingSink) -> None:
    """What the user writes is no utterance, but the answer to it opens a turn; its first word is its first chunk."""
    sink.clear()
    async with talking(colour, words, simulators) as talk:
        await talk.setting(output_modalities=["text"])
        content = [{"type": "input_text", "text": "Hello there"}]
        await talk.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        await talk.send("response.create")
        await talk.answer()
        told = sink.only(RealtimeResponse)
    assert (told.opens_turn, told.audible, told.audio_seconds) == (True, False, None)
    assert told.time_to_first_chunk is not None
    assert sink.first_chunks == [told]


async def test_tools_and_their_results_are_told(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The tools an answer asks for are told at once, and the next answer carries their results."""
    async with talking(colour, words, simulators, "transcript=Book an appointment tomorrow") as talk:
        await talk.setting(tools=[{"type": "function", **BOOKING}])
        await talk.says()
        call = (await talk.answer()).output[0]
        asking = response(sink)
        output = {"type": "function_call_output", "call_id": call.call_id, "output": "booked"}
        await talk.send("conversation.item.create", item=output)
        await talk.send("response.create")
        await talk.answer()
    carrying = response(sink, 1)
    assert [(tool.name, tool.call_id) for tool in asking.tool_calls] == [("book_appointment", call.call_id)]
    assert [tool.call_id for tool in carrying.tool_results] == [call.call_id]
    assert (asking.tool_calls[0].arguments, carrying.tool_results[0].result) == (None, None)
    assert carrying.answers is asking.answers
    assert carrying.audible


async def speaking(talk: Talk) -> Any:
    """The model has begun to speak; the item it says."""
    await talk.says()
    item = (await talk.until("output_item.added")).item
    await talk.until("audio.delta")
    return item


async def test_speech_over_the_answer_cuts_it_short(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The service stops when the user speaks; the program says how much was heard, before or after that is told."""
    async with talking(colour, words, simulators, f"{LONG},interval=0.01") as talk:
        item = await speaking(talk)
        await talk.says()
        answer = await talk.answer()
        assert answer.status == "cancelled"
        await talk.send("conversation.item.truncate", item_id=item.id, content_index=0, audio_end_ms=150)
        told = response(sink)
    assert (told.outcome, told.interrupted_by, told.heard_seconds) == (Outcome.INTERRUPTED, "user_speech", 0.15)
    assert list(told.finish_reasons) == ["turn_detected"]
    assert told.audio_bytes < 12 * RATE * 2


async def test_the_program_cancels_an_answer(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """What was cancelled is interrupted by the program; what was heard may be said first."""
    async with talking(colour, words, simulators, f"{LONG},interval=0.01") as talk:
        item = await speaking(talk)
        await talk.send("conversation.item.truncate", item_id=item.id, content_index=0, audio_end_ms=80)
        await talk.send("response.cancel")
        assert (await talk.answer()).status == "cancelled"
        told = response(sink)
    assert (told.outcome, told.interrupted_by, told.heard_seconds) == (Outcome.INTERRUPTED, "caller", 0.08)


async def test_an_answer_that_came_whole_may_be_cut_short(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """Sound comes faster than it is played: an answer is told when it was heard, or when it is known how much was."""
    async with talking(colour, words, simulators, LONG) as talk:
        item = await speaking(talk)
        await talk.answer()
        done = clock.now()
        assert not [record for record in sink.records if isinstance(record, RealtimeResponse)]
        await talk.send("conversation.item.truncate", item_id=item.id, content_index=0, audio_end_ms=700)
        told = response(sink)
    assert (told.outcome, told.heard_seconds, told.interrupted_by) == (Outcome.INTERRUPTED, 0.7, None)
    assert told.audio_seconds == 12.5
    assert (told.ended_ns or 0) <= done


async def test_an_answer_that_was_heard_to_its_end_is_told_then(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """It is complete, and it ended when all of it had come."""
    async with talking(colour, words, simulators, SHORT) as talk:
        await talk.says()
        await talk.answer()
        done = clock.now()
        while not [record for record in sink.records if isinstance(record, RealtimeResponse)]:
            await talk.says(QUIET[: RATE // 25])
        told = response(sink)
    assert told.outcome is Outcome.COMPLETED
    assert clock.now() - (told.first_chunk_ns or 0) >= 3 / 16 * 1e9
    assert (told.ended_ns or 0) <= done


async def test_the_next_answer_does_not_wait(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """An answer that is still being heard when the next one begins is told then."""
    async with talking(colour, words, simulators, LONG) as talk:
        await talk.says()
        await talk.answer()
        await talk.send("response.create")
        await talk.until("response.created")
        assert response(sink).outcome is Outcome.COMPLETED


async def test_leaving_ends_everything(colour: str, words: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A program that hangs up in the middle of an answer has interrupted it."""
    async with talking(colour, words, simulators, f"{LONG},interval=0.05") as talk:
        await talk.setting(transcription={"model": "whisper-1"})
        await speaking(talk)
    assert len(sink.started) == len(sink.records) == 2
    assert (response(sink).outcome, sink.errors) == (Outcome.INTERRUPTED, [None, None])
    assert sink.opened == sink.closed


async def test_a_connection_may_be_opened_by_hand(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """`enter` and `close` are seen like a block."""
    connection = await settled(manager(colour, words, simulators).enter())
    await Talk(connection, words).says(AUDIO[: len(AUDIO) // 2])
    await Talk(connection, words).until("speech_started")
    await settled(connection.close())
    assert sink.outcomes == [Outcome.INTERRUPTED]
    assert sink.opened == sink.closed != []


async def test_iteration_is_seen(colour: str, words: str, simulators: Simulators, sink: RecordingSink) -> None:
    """So is reading by a loop."""
    async with talking(colour, words, simulators, SHORT) as talk:
        await talk.says()
        if colour:
            async for event in talk.connection:
                if event.type == "response.done":
                    break
        else:
            for event in talk.connection:
                if event.type == "response.done":
                    break
    assert len(sink.records) == 2


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refused_connection_is_a_failure(
    colour: str, words: str, status: int, simulators: Simulators, sink: RecordingSink
) -> None:
    """The SDK's own error reaches the program, and one record fails with that very object."""
    with pytest.raises(Exception) as raised:
        async with talking(colour, words, simulators, f"fail={status}"):
            pass
    told = sink.only(RealtimeResponse)
    assert sink.errors == [raised.value]
    assert (told.outcome, told.status_code, told.error_type) == (Outcome.FAILED, status, str(status))
    assert sink.opened == []


async def test_an_answer_that_fails_is_a_failure(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The SDK raises nothing for it; the service's word is the type of the failure."""
    async with talking(colour, words, simulators, "fail=500,model=answer") as talk:
        await talk.send("response.create")
        assert (await talk.answer()).status == "failed"
        told = sink.only(RealtimeResponse)
    assert (told.outcome, told.error_type) == (Outcome.FAILED, "server_error")


async def test_an_answer_that_is_refused_is_a_failure(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """One that was asked for while another was under way never begins; that other one goes on."""
    async with talking(colour, words, simulators, "reply=Good morning,interval=0.5") as talk:
        await speaking(talk)
        await talk.send("response.create")
        await talk.until("error")
    told = {record.outcome: record for record in sink.records if isinstance(record, RealtimeResponse)}
    assert told[Outcome.FAILED].error_type == "conversation_already_has_active_response"
    assert told[Outcome.COMPLETED].audio_seconds == 12 / 16
    assert len(sink.started) == len(sink.records) == 3


async def test_errors_about_something_else_are_nobodys(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A message that the service did not understand is no operation that failed."""
    async with talking(colour, words, simulators) as talk:
        await talk.send("response.cancel")
        await talk.until("error")
    assert sink.started == []


async def test_a_connection_lost_in_an_answer_is_a_failure(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The transport's own error reaches the program, and the answer fails with that very object."""
    with pytest.raises(Exception) as raised:
        async with talking(colour, words, simulators, f"{LONG},interval=0.01,drop_after=40") as talk:
            await talk.says()
            await talk.answer()
    told = response(sink)
    assert (told.outcome, sink.errors[-1]) == (Outcome.FAILED, raised.value)
    assert told.audible
    assert sink.opened == sink.closed


async def test_a_lost_connection_that_is_made_anew_goes_on(
    colour: str, words: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """From 2.32 on the SDK connects again; the new connection is observed like the old one."""
    if words == "beta" or VERSION < (2, 32):
        pytest.skip("openai connects again by itself from 2.32 on, and never in its beta")
    made = client(colour, simulators, "drop_after=3", websocket_base_url=None)
    options = {"on_reconnecting": lambda event: None, "initial_delay": 0.01}
    async with entered(made.realtime.connect(model=MODEL, **options)) as connection:
        talk, seen = Talk(connection, words), 0
        events = connection.__aiter__() if colour else iter(connection)
        while seen < 2:
            event = await (anext(events) if colour else asyncio.to_thread(next, events))
            seen += event.type == "session.created"
            await talk.send("input_audio_buffer.clear")
    assert len(sink.opened) == len(sink.closed) == 2


@watched
async def test_times_are_the_callers_own(colour: str, words: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The first sound and the end are marked when the program sees them, within 10 ms or 5 %."""
    sink.clear()
    async with talking(colour, words, simulators, "first=0.1,interval=0.02,reply=Good morning") as talk:
        start = time.perf_counter()
        await talk.send("response.create")
        await talk.until("audio.delta")
        first = time.perf_counter() - start
        await talk.answer()
        total = time.perf_counter() - start
    told = sink.only(RealtimeResponse)
    same_seconds(told.time_to_first_chunk, first)
    same_seconds(told.duration, total)
