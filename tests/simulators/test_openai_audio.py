import base64
import json

import openai as sdk
import pytest

from otel_voice.simulators.audio import read_wav, speech_seconds, wav
from tests.simulators.clients import async_openai, openai, speech

TEXT = "hello world"
RECORDING = ("call.wav", wav(speech(), 16000))


def test_speech_lasts_as_long_as_its_text(simulators):
    """A WAV answer is a playable file of the expected length."""
    audio = openai(simulators).audio.speech.create(model="tts-1", voice="alloy", input=TEXT, response_format="wav")
    sound = read_wav(audio.content)
    assert sound.rate == 24000
    assert sound.seconds == pytest.approx(speech_seconds(TEXT))


@pytest.mark.parametrize("encoding", ["mp3", "pcm"])
def test_speech_is_chunked(simulators, encoding):
    """A streamed answer comes in the number of chunks that was asked for."""
    speaking = openai(simulators, chunks=4, interval=0.02).audio.speech.with_streaming_response
    with speaking.create(model="tts-1", voice="alloy", input=TEXT, response_format=encoding) as response:
        assert len(list(response.iter_bytes())) == 4


async def test_speech_as_events_carries_the_same_audio(simulators):
    """`stream_format` sse brings the audio in base64, and the usage at the end."""
    body = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": TEXT, "response_format": "pcm"}
    whole = await async_openai(simulators).audio.speech.create(**body)
    speaking = async_openai(simulators).audio.speech.with_streaming_response
    async with speaking.create(**body, extra_body={"stream_format": "sse"}) as response:
        lines = [line async for line in response.iter_lines()]
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line]
    assert b"".join(base64.b64decode(event["audio"]) for event in events[:-1]) == whole.content
    assert events[-1]["usage"]["total_tokens"] > 0


def test_an_encoding_the_server_cannot_write_is_refused(simulators):
    """The error names the encoding and the choices."""
    with pytest.raises(sdk.BadRequestError, match=r"'flac'.*pcm"):
        openai(simulators).audio.speech.create(model="m", voice="v", input=TEXT, response_format="flac")


def transcribed(simulators, transcript="Good morning.", **options):
    client = openai(simulators, transcript=transcript)
    return client.audio.transcriptions.create(file=RECORDING, **options)


def test_whisper_is_billed_by_the_second(simulators):
    """The usage of whisper is a duration."""
    heard = transcribed(simulators, model="whisper-1")
    assert heard.text == "Good morning."
    usage = heard.usage if isinstance(heard.usage, dict) else heard.usage.model_dump()
    assert usage == {"type": "duration", "seconds": 4}


def test_the_newer_models_are_billed_by_the_token(simulators):
    """The usage of the newer models is a number of tokens."""
    heard = transcribed(simulators, model="gpt-4o-transcribe")
    usage = heard.usage if isinstance(heard.usage, dict) else heard.usage.model_dump()
    assert usage["type"] == "tokens"


def test_verbose_json_has_words_on_the_clock_of_the_recording(simulators):
    """The first word begins where the voice does."""
    options = {"response_format": "verbose_json", "timestamp_granularities": ["word", "segment"]}
    heard = transcribed(simulators, model="whisper-1", **options)
    assert [word.word for word in heard.words] == ["good", "morning"]
    assert heard.words[0].start == pytest.approx(0.5, abs=0.05)
    assert heard.segments[0].end == heard.words[-1].end


@pytest.mark.parametrize(
    ("response_format", "beginning"),
    [("text", "Good morning.\n"), ("srt", "1\n00:00:00,500 --> "), ("vtt", "WEBVTT\n\n00:00:00.500 --> ")],
)
def test_texts_are_texts(simulators, response_format, beginning):
    """Formats that are not JSON come as a string."""
    heard = transcribed(simulators, model="whisper-1", response_format=response_format)
    assert heard.startswith(beginning)


async def test_a_transcription_is_streamed_in_deltas(simulators):
    """The deltas add up to the text of the last event."""
    client = async_openai(simulators, transcript="Good morning.")
    stream = await client.audio.transcriptions.create(model="gpt-4o-transcribe", file=RECORDING, stream=True)
    events = [event async for event in stream]
    assert "".join(event.delta for event in events[:-1]) == events[-1].text == "Good morning."


def test_bytes_that_are_no_recording_are_heard_all_the_same(simulators):
    """A test that sends a few bytes as its file gets an answer."""
    assert openai(simulators).audio.translations.create(model="whisper-1", file=("a.wav", b"RIFF")).text
