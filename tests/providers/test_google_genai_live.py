"""Gemini Live: one record for each answer, and one for each utterance of which the service or the program tells."""

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
from tests.providers.google_genai_calls import VERSION, observed
from tests.providers.google_genai_live_calls import AUDIO, LIVE, QUIET, SAID, SPEECH, Talk, on_vertex, talking
from tests.watch import at_least, same_moment, same_seconds, watched

HEARD = f"transcript={SAID},interval=0.001"
LONG = "reply=" + "word " * 40 + ",interval=0.01"  # 12 seconds of sound
TRANSCRIBED: dict[str, Any] = {"input_audio_transcription": {}, "output_audio_transcription": {}}
TELLS_VOICES = {"explicit_vad_signal": True}

transcribes = pytest.mark.skipif(VERSION < (1, 16), reason="the SDK cannot ask for transcripts")
tells_voices = pytest.mark.skipif(VERSION < (2, 0), reason="the SDK cannot ask where the service hears a voice")


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


async def spoken(talk: Talk) -> None:
    """The model has begun to speak."""
    while (await talk.session._receive()).data is None:
        pass


async def test_an_answer_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """Where nobody tells of the user, the answer opens the turn, and when it was asked for is not known."""
    voice = {"speech_config": {"voice_config": {"prebuilt_voice_config": {"voice_name": "Puck"}}}}
    async with talking(simulators, HEARD, {"response_modalities": ["AUDIO"], **voice}) as talk:
        await talk.says()
        used = getattr((await talk.messages())[-1], "usage_metadata", None)
    told = sink.only(RealtimeResponse)
    assert (told.outcome, told.provider, told.request_model) == (Outcome.COMPLETED, "gcp.gemini", LIVE)
    assert (told.audio_format, told.sample_rate, told.channels) == ("pcm", 24000, 1)
    assert told.audio_seconds == (len("You said: ") + len(SAID)) / 16
    assert (told.opens_turn, told.answers) == (True, None)
    assert (told.first_chunk_ns is not None, told.time_to_first_chunk) == (True, None)
    assert (told.server_address, told.server_port) == ("127.0.0.1", simulators.port)
    assert sink.first_chunks == [told]
    assert sink.opened == sink.closed == [told.conversation]
    if used is not None:  # the first SDK did not read it
        assert (told.input_tokens, told.output_tokens) == (used.prompt_token_count, used.response_token_count)
        assert (told.audio_input_tokens, told.audio_output_tokens) == (told.input_tokens, told.output_tokens)
        assert told.voice == "Puck"


@transcribes
async def test_a_transcript_tells_of_the_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """An utterance lasts as long as parts of its transcript may come; the last before the answer ends the speech."""
    async with talking(simulators, HEARD, TRANSCRIBED) as talk:
        await talk.says()
        await talk.messages()
    said, told = utterance(sink), response(sink)
    assert sink.outcomes == [Outcome.COMPLETED] * 2
    assert (said.speech_end_source, said.interim_results) == ("final_transcript", 2)
    assert said.started_ns < (said.speech_ended_ns or 0) <= (told.first_chunk_ns or 0)
    assert (told.answers, told.opens_turn) == (said, False)
    assert (said.transcript_content, told.output_content) == (None, None)


@transcribes
async def test_content_is_kept_when_it_is_asked_for(simulators: Simulators) -> None:
    """What was said, what was answered and what the model was told are read when somebody wants content."""
    with observed(RecordingSink(wants_content=True)) as sink:
        config = {**TRANSCRIBED, "system_instruction": "Be polite."}
        async with talking(simulators, HEARD, config) as talk:
            await talk.says()
            await talk.messages()
    assert utterance(sink).transcript_content == SAID
    assert response(sink).output_content == [{"role": "assistant", "content": f"You said: {SAID}"}]
    assert response(sink).system_content == [{"type": "text", "content": "Be polite."}]


@tells_voices
@watched
async def test_the_service_may_tell_where_it_hears_a_voice(simulators: Simulators, sink: RecordingSink) -> None:
    """Then speech ended when its last sound was sent, and the answer was asked for when that was known."""
    sink.clear()
    async with talking(simulators, "first=0.05", TELLS_VOICES, **on_vertex()) as talk:
        await talk.says(AUDIO[: -len(QUIET)])
        last = clock.now()
        await asyncio.sleep(0.1)
        reading = asyncio.create_task(talk.messages())
        await talk.says(QUIET)
        await reading
    said, told = utterance(sink), response(sink)
    assert (said.provider, said.speech_end_source) == ("gcp.vertex_ai", "provider_event")
    # The last letter of the text is a rest of 1/16 s, and a checkpoint of the audio is a tenth of a second.
    same_moment(said.speech_ended_ns, last, within=200_000_000)
    assert (told.asked_ns or 0) >= (said.endpoint_ns or 0) > 0
    at_least(told.time_to_first_chunk, 0.03)  # the service waits for 0.05 s from when it sent what we read later
    assert told.answers is said


@transcribes
@watched
async def test_the_program_may_tell_where_the_user_speaks(simulators: Simulators, sink: RecordingSink) -> None:
    """With a button to talk, it is the program that knows."""
    config = {"realtime_input_config": {"automatic_activity_detection": {"disabled": True}}}
    sink.clear()
    async with talking(simulators, "first=0.05", config) as talk:
        await talk.session.send_realtime_input(activity_start={})
        await talk.says(SPEECH)
        await talk.session.send_realtime_input(activity_end={})
        await talk.messages()
    said, told = utterance(sink), response(sink)
    assert (said.speech_end_source, told.answers) == ("caller", said)
    at_least(told.time_to_first_chunk, 0.05)


@watched
async def test_text_is_answered_in_text(simulators: Simulators, sink: RecordingSink) -> None:
    """What the user writes opens a turn; the first word of the answer is its first chunk."""
    sink.clear()
    async with talking(simulators, "first=0.05", {"response_modalities": ["TEXT"]}) as talk:
        await talk.writes("Hello there")
        await talk.messages()
    told = sink.only(RealtimeResponse)
    assert (told.opens_turn, told.audible, told.audio_seconds) == (True, False, None)
    at_least(told.time_to_first_chunk, 0.05)


async def test_tools_and_their_results_are_told(simulators: Simulators, sink: RecordingSink) -> None:
    """An answer ends where the model waits for its tools, and the next one carries what they gave."""
    day = {"type": "OBJECT", "properties": {"day": {"type": "STRING"}}}
    booking = {"name": "book_appointment", "description": "Book an appointment", "parameters": day}
    config = {"tools": [{"function_declarations": [booking]}], "response_modalities": ["TEXT"]}
    async with talking(simulators, "", config) as talk:
        await talk.writes("Book an appointment tomorrow")
        call = (await talk.messages())[-1].tool_call.function_calls[0]
        asking = response(sink)
        await talk.gives(call, {"result": "booked"})
        await talk.messages()
    carrying = response(sink, 1)
    assert [(tool.name, tool.call_id) for tool in asking.tool_calls] == [("book_appointment", call.id)]
    assert [(tool.name, tool.call_id) for tool in carrying.tool_results] == [("book_appointment", call.id)]
    assert (asking.tool_calls[0].arguments, carrying.tool_results[0].result) == (None, None)
    assert (asking.opens_turn, carrying.opens_turn) == (True, False)
    assert carrying.time_to_first_chunk is not None


async def test_speech_over_the_answer_cuts_it_short(simulators: Simulators, sink: RecordingSink) -> None:
    """The service tells the program to be silent; the next answer is to what was said meanwhile."""
    async with talking(simulators, f"{LONG},transcript=One.|Two.") as talk:
        await talk.says()
        await spoken(talk)
        await talk.says()
        await talk.messages()
        told = response(sink)
        await talk.messages()
    assert (told.outcome, told.interrupted_by) == (Outcome.INTERRUPTED, "user_speech")
    assert list(told.finish_reasons) == ["interrupted"]
    assert 0 < (told.audio_seconds or 0) < 12
    assert response(sink, 1).outcome is Outcome.COMPLETED
    assert response(sink, 1).opens_turn


@tells_voices
async def test_the_utterance_that_interrupts_is_not_the_one_that_was_answered(
    simulators: Simulators, sink: RecordingSink
) -> None:
    """Each answer is to the utterance before it, also when the second began during the first answer."""
    async with talking(simulators, f"{LONG},transcript=One.|Two.", TELLS_VOICES, **on_vertex()) as talk:
        await talk.says()
        await spoken(talk)
        await talk.says()
        await talk.messages()
        await talk.messages()
    assert len(sink.started) == len(sink.records) == 4
    assert response(sink).answers is utterance(sink)
    assert response(sink, 1).answers is utterance(sink, 1)


async def test_leaving_ends_everything(simulators: Simulators, sink: RecordingSink) -> None:
    """A program that hangs up in the middle of an answer has interrupted it."""
    async with talking(simulators, LONG) as talk:
        await talk.says()
        await spoken(talk)
    assert sink.only(RealtimeResponse).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed


@pytest.mark.parametrize("status", [401, 429])
async def test_a_refused_connection_is_a_failure(status: int, simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK's own error reaches the program, and one record fails with that very object."""
    with pytest.raises(Exception) as raised:
        async with talking(simulators, f"fail={status}"):
            pass
    told = sink.only(RealtimeResponse)
    assert sink.errors == [raised.value]
    assert (told.outcome, told.status_code, told.error_type) == (Outcome.FAILED, status, str(status))


async def test_a_connection_lost_in_an_answer_is_a_failure(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK puts an error of its own over the transport's; the answer fails with the latter."""
    with pytest.raises(Exception) as raised:
        async with talking(simulators, f"{LONG},drop_after=40") as talk:
            await talk.writes("Hello")
            await talk.messages()
    told = sink.only(RealtimeResponse)
    assert told.outcome is Outcome.FAILED
    assert sink.errors[0] in (raised.value, raised.value.__context__)
    assert told.audible


@watched
async def test_times_are_the_callers_own(simulators: Simulators, sink: RecordingSink) -> None:
    """The first sound and the end are marked when the program sees them, within 10 ms or 5 %."""
    sink.clear()
    async with talking(simulators, "first=0.1,interval=0.02,reply=Good morning") as talk:
        start = time.perf_counter()
        await talk.writes("Hello")
        await spoken(talk)
        first = time.perf_counter() - start
        await talk.messages()
        total = time.perf_counter() - start
    told = sink.only(RealtimeResponse)
    same_seconds(told.time_to_first_chunk, first)
    same_seconds(told.duration, total)
