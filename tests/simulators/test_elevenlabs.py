import base64

import pytest

from otel_voice.simulators.audio import speech_seconds, wav
from tests.simulators.clients import async_elevenlabs, elevenlabs, speech

TEXT = "hello world"
BODY = {"voice_id": "voice", "text": TEXT, "model_id": "eleven_flash_v2_5", "output_format": "pcm_16000"}
BYTES = int(speech_seconds(TEXT) * 16000 * 2)


def stream(voices):
    """The streaming method, which elevenlabs 1.9 calls `convert_as_stream`."""
    return getattr(voices, "stream", None) or voices.convert_as_stream


def test_convert_returns_all_audio(simulators):
    """The audio lasts as long as the text."""
    assert len(b"".join(elevenlabs(simulators).text_to_speech.convert(**BODY))) == BYTES


async def test_stream_returns_the_same_audio(simulators):
    """Converted or streamed, sync or async, the audio is the same."""
    streamed = [chunk async for chunk in stream(async_elevenlabs(simulators).text_to_speech)(**BODY)]
    assert b"".join(streamed) == b"".join(elevenlabs(simulators).text_to_speech.convert(**BODY))


@pytest.mark.parametrize(("name", "size"), [("ulaw_8000", BYTES // 4), ("mp3_44100_128", BYTES // 2)])
def test_formats(simulators, name, size):
    """The output format decides about the size."""
    audio = elevenlabs(simulators).text_to_speech.convert(**{**BODY, "output_format": name})
    assert len(b"".join(audio)) == pytest.approx(size, rel=0.02)


def test_the_headers_say_what_it_cost(simulators):
    """Request id, cost and trace id are in the headers."""
    with elevenlabs(simulators).text_to_speech.with_raw_response.stream(**BODY) as response:
        assert response.headers["character-cost"] == "11"
        assert {"request-id", "x-trace-id"} <= response.headers.keys()


def timed(chunk):
    """A chunk's audio, under either of its names."""
    fields = chunk if isinstance(chunk, dict) else chunk.model_dump(by_alias=True)
    encoded = fields.get("audio_base64") or fields["audio_base_64"]
    return base64.b64decode(encoded), fields["alignment"]


def test_timestamps_cover_every_character(simulators):
    """Each character has its time."""
    audio, alignment = timed(elevenlabs(simulators).text_to_speech.convert_with_timestamps(**BODY))
    assert len(audio) == BYTES
    assert "".join(alignment["characters"]) == TEXT
    assert alignment["character_end_times_seconds"][-1] == speech_seconds(TEXT)


async def test_streamed_timestamps_add_up(simulators):
    """The chunks together are the text and the audio."""
    chunks = async_elevenlabs(simulators).text_to_speech.stream_with_timestamps(**BODY)
    parts = [timed(chunk) async for chunk in chunks]
    assert sum(len(audio) for audio, _ in parts) == BYTES
    assert "".join("".join(alignment["characters"]) for _, alignment in parts) == TEXT


def test_text_is_spoken_while_it_is_written(simulators):
    """The websocket speaks an iterator of texts."""
    client = elevenlabs(simulators)
    client.text_to_speech._ws_base_url = simulators.websocket_url
    from elevenlabs import VoiceSettings

    options = {"model_id": "eleven_flash_v2_5", "output_format": "pcm_16000", "voice_settings": VoiceSettings()}
    audio = b"".join(client.text_to_speech.convert_realtime("voice", text=iter(["hello ", "world."]), **options))
    assert len(audio) == pytest.approx(speech_seconds("hello world.") * 16000 * 2, abs=4000)


def test_a_recording_is_transcribed(simulators):
    """Words come with their times."""
    client = elevenlabs(simulators, transcript="good morning")
    heard = client.speech_to_text.convert(model_id="scribe_v1", file=("a.wav", wav(speech(), 16000)))
    assert heard.text == "good morning"
    assert heard.words[0].start == pytest.approx(0.5, abs=0.05)
