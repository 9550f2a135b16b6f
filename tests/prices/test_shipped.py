"""The tables that are shipped: well-formed, sourced, and what their sources make of them."""

from __future__ import annotations

import datetime
import json

import pytest
import yaml

from otel_voice.observation.records import Inference, RealtimeResponse, SpeechToText, TextToSpeech
from otel_voice.prices.prices import FOLDER, SHIPPED, Prices
from otel_voice.prices.table import read
from tests.prices.records import ended
from tools.schema import SchemaError
from tools.speech_prices import TARGET, _checked, speech_prices

SPEECH = yaml.safe_load((FOLDER / "speech.yaml").read_text(encoding="utf-8"))["prices"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_entry_is_well_formed(path) -> None:
    """They are not checked again where they are used."""
    assert len(read(path)) > 20


@pytest.mark.parametrize("entry", SPEECH, ids=lambda entry: f"{entry['provider']} {entry.get('model', '')}")
def test_every_price_of_speech_can_be_pointed_to(entry) -> None:
    """A page of its provider, and a day in the past on which it stood there."""
    assert entry["source"].startswith("https://")
    assert datetime.date(2025, 1, 1) < entry["read"] <= datetime.date.today()
    assert entry["operation"] in ("speech_to_text", "text_to_speech")


def test_a_price_that_cannot_be_pointed_to_is_refused() -> None:
    """The compiler of the table asks for source and day."""
    entry = {"provider": "p", "usd": {"character": 1}}
    with pytest.raises(SchemaError, match="needs a source"):
        _checked({**entry, "source": "hearsay", "read": datetime.date(2026, 1, 1)}, "here")
    with pytest.raises(SchemaError, match="needs a source"):
        _checked({**entry, "source": "https://example.com", "read": "lately"}, "here")


def test_the_shipped_prices_of_speech_are_those_of_the_yaml() -> None:
    """`make docs` writes them."""
    assert TARGET.read_text(encoding="utf-8") == speech_prices()


def test_the_shipped_prices_of_models_say_where_they_are_from() -> None:
    """Library, version, day and licence, whose text is shipped too."""
    about = json.loads((FOLDER / "models.json").read_text(encoding="utf-8"))["about"]
    assert about["from"].startswith("genai-prices ")
    assert datetime.date.fromisoformat(about["distilled"]) <= datetime.date.today()
    assert "MIT License" in (FOLDER / "LICENSE.genai-prices").read_text(encoding="utf-8")


CHAT = {"input_tokens": 1000, "output_tokens": 100}
COMMON = [
    ended(Inference, "openai", "gpt-4o-mini", **CHAT),
    ended(Inference, "azure.ai.openai", "ours", response_model="gpt-4o-2024-11-20", **CHAT),
    ended(Inference, "anthropic", "claude-haiku-4-5", **CHAT),
    ended(Inference, "aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", **CHAT),
    ended(Inference, "gcp.gemini", "gemini-2.5-flash", **CHAT),
    ended(Inference, "gcp.vertex_ai", "claude-haiku-4-5", **CHAT),
    ended(Inference, "groq", "llama-3.3-70b-versatile", **CHAT),
    ended(Inference, "mistral_ai", "mistral-small-latest", **CHAT),
    ended(RealtimeResponse, "openai", "gpt-realtime", **CHAT),
    ended(RealtimeResponse, "gcp.gemini", "gemini-live-2.5-flash-preview", **CHAT),
    ended(SpeechToText, "openai", "whisper-1", audio_seconds=60.0),
    ended(SpeechToText, "openai", "gpt-4o-transcribe", **CHAT),
    ended(SpeechToText, "groq", "whisper-large-v3-turbo", audio_seconds=60.0),
    ended(SpeechToText, "deepgram", "nova-3", audio_seconds=60.0, streamed=True),
    ended(SpeechToText, "deepgram", "nova-3", audio_seconds=60.0),
    ended(SpeechToText, "deepgram", "flux-general-en", audio_seconds=60.0, streamed=True),
    ended(SpeechToText, "assemblyai", "universal-streaming-english", audio_seconds=60.0, streamed=True),
    ended(SpeechToText, "azure.ai.speech", None, audio_seconds=60.0, streamed=True),
    ended(SpeechToText, "fish", None, audio_seconds=60.0),
    ended(SpeechToText, "gladia", "solaria-1", audio_seconds=60.0, streamed=True),
    ended(SpeechToText, "gladia", None, audio_seconds=60.0),
    ended(SpeechToText, "soniox", "stt-rt-v4", audio_seconds=60.0, streamed=True),
    ended(SpeechToText, "soniox", "stt-async-v4", audio_seconds=60.0),
    ended(SpeechToText, "gcp.speech", "chirp_3", audio_seconds=60.0),
    ended(TextToSpeech, "openai", "tts-1", characters=100),
    ended(TextToSpeech, "deepgram", "aura-2-thalia-en", characters=100),
    ended(TextToSpeech, "deepgram", "aura-asteria-en", characters=100),
    ended(TextToSpeech, "elevenlabs", "eleven_flash_v2_5", characters=100),
    ended(TextToSpeech, "gcp.texttospeech", None, characters=100, voice="en-US-Chirp3-HD-Charon"),
    ended(TextToSpeech, "aws.polly", "generative", characters=100),
]


@pytest.mark.parametrize("record", COMMON, ids=lambda record: f"{record.provider} {record.request_model}")
def test_what_is_commonly_used_has_a_price(record) -> None:
    """Between a hundredth of a cent and ten cents for a small piece of work: no unit is mistaken for another."""
    Prices().price(record)
    assert record.cost is not None
    assert 1e-5 < record.cost < 0.1


@pytest.mark.parametrize(
    "record",
    [
        ended(TextToSpeech, "cartesia", "sonic-3", characters=100),
        ended(TextToSpeech, "fish", "s1", characters=100),
        ended(TextToSpeech, "openai", "gpt-4o-mini-tts", characters=100),
        ended(SpeechToText, "azure.ai.speech", "my-endpoint", audio_seconds=60.0, streamed=True),
        ended(TextToSpeech, "gcp.texttospeech", None, characters=100, voice="en-US-Wavenet-D"),
    ],
    ids=lambda record: f"{record.provider} {record.request_model}",
)
def test_what_nobody_can_be_pointed_to_has_none(record) -> None:
    """Prices by plan, usage that is not told, models of one's own, voices of which sources differ."""
    Prices().price(record)
    assert record.cost is None
    assert record.unpriced
