"""OpenAI speech to text: transcriptions and translations in every format, whole and as events."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import COLOURS, RECORDING, client, entered, items, observed, settled

SAID = "I would like a table"
DIRECTIVES = f"transcript={SAID}"
WHISPER: dict[str, Any] = {"model": "whisper-1", "file": RECORDING}
BILLED_BY_TOKEN: dict[str, Any] = {"model": "gpt-4o-transcribe", "file": RECORDING}

pytestmark = pytest.mark.parametrize("colour", COLOURS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


def check(record: SpeechToText, model: str) -> None:
    assert record.outcome is Outcome.COMPLETED
    assert (record.provider, record.request_model) == ("openai", model)
    assert record.audio_bytes == len(RECORDING[1])
    assert record.transcript_content is None


async def test_seconds_that_are_billed_are_told(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A model that bills by duration tells the seconds of audio."""
    answer = await settled(client(colour, simulators, DIRECTIVES).audio.transcriptions.create(**WHISPER))
    record = sink.only(SpeechToText)
    check(record, "whisper-1")
    assert record.audio_seconds == 1.0
    assert (record.input_tokens, record.language, record.words) == (None, None, None)
    assert record.request_id == answer._request_id


async def test_tokens_that_are_billed_are_told(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A model that bills by token tells tokens, and no seconds."""
    audio = client(colour, simulators, DIRECTIVES).audio
    answer = await settled(audio.transcriptions.create(**BILLED_BY_TOKEN, language="en"))
    record = sink.only(SpeechToText)
    check(record, "gpt-4o-transcribe")
    assert (record.audio_seconds, record.language) == (None, "en")
    usage = answer.to_dict()["usage"]
    assert (record.input_tokens, record.output_tokens) == (usage["input_tokens"], usage["output_tokens"])


async def test_the_verbose_format_tells_more(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Duration, language and words are read where the answer has them; the exact duration wins over the billed one."""
    asked = {"response_format": "verbose_json", "timestamp_granularities": ["word"]}
    answer = await settled(client(colour, simulators, DIRECTIVES).audio.transcriptions.create(**WHISPER, **asked))
    record = sink.only(SpeechToText)
    check(record, "whisper-1")
    assert (record.audio_seconds, record.language, record.words) == (float(answer.duration), "english", 5)


@pytest.mark.parametrize("wanted", ["text", "srt", "vtt"])
async def test_a_transcript_that_is_only_text_is_one_record(
    colour: str, simulators: Simulators, sink: RecordingSink, wanted: str
) -> None:
    """A plain text stays a plain text in the program's hands, and tells nothing more."""
    made = client(colour, simulators, DIRECTIVES).audio.transcriptions
    answer = await settled(made.create(**WHISPER, response_format=wanted))
    assert type(answer) is str
    record = sink.only(SpeechToText)
    check(record, "whisper-1")
    assert record.audio_seconds is None


async def test_events_are_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The first partial and the final transcript are marked, and the usage is read from the last event."""
    made = client(colour, simulators, f"{DIRECTIVES},chunks=4").audio.transcriptions
    events = await items(made.create(**BILLED_BY_TOKEN, stream=True))
    record = sink.only(SpeechToText)
    check(record, "gpt-4o-transcribe")
    assert record.streamed
    assert record.interim_results == 4
    assert record.first_partial_ns == record.first_chunk_ns
    assert record.final_ns == record.last_chunk_ns
    usage = events[-1].to_dict()["usage"]
    assert (record.input_tokens, record.output_tokens) == (usage["input_tokens"], usage["output_tokens"])


async def test_a_translation_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The language of a translation is not the language that was spoken."""
    made = client(colour, simulators, DIRECTIVES).audio.translations
    answer = await settled(made.create(**WHISPER, response_format="verbose_json"))
    record = sink.only(SpeechToText)
    check(record, "whisper-1")
    assert (record.audio_seconds, record.language) == (float(answer.duration), None)


async def test_a_raw_transcript_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A raw response tells the same."""
    made = client(colour, simulators, DIRECTIVES).audio.transcriptions.with_raw_response
    raw = await settled(made.create(**WHISPER, response_format="verbose_json"))
    record = sink.only(SpeechToText)
    check(record, "whisper-1")
    assert (record.audio_seconds, record.language) == (float(raw.parse().duration), "english")


async def test_a_streamed_transcript_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A body that was not read yet is read while the program parses it."""
    made = client(colour, simulators, DIRECTIVES).audio.transcriptions.with_streaming_response
    async with entered(made.create(**WHISPER)) as response:
        await settled(response.parse())
    record = sink.only(SpeechToText)
    check(record, "whisper-1")
    assert record.audio_seconds == 1.0


async def test_an_open_file_is_left_alone(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A file in memory is measured without being read; of any other the size stays unknown."""
    made = client(colour, simulators, DIRECTIVES).audio.transcriptions
    await settled(made.create(model="whisper-1", file=("a.wav", io.BytesIO(RECORDING[1]))))
    await settled(made.create(model="whisper-1", file=("a.wav", io.BufferedReader(io.BytesIO(RECORDING[1])))))
    assert [record.audio_bytes for record in sink.records if isinstance(record, SpeechToText)] == [len(RECORDING[1]), 0]
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]


@pytest.mark.parametrize("stream", [False, True])
async def test_the_transcript_is_kept_when_it_is_asked_for(colour: str, simulators: Simulators, stream: bool) -> None:
    """What was said is read when somebody wants content."""
    with observed(RecordingSink(wants_content=True)) as sink:
        made = client(colour, simulators, DIRECTIVES).audio.transcriptions
        answer = await settled(made.create(**BILLED_BY_TOKEN, stream=stream))
        if stream:
            await items(answer)
    assert sink.only(SpeechToText).transcript_content == SAID
