"""The key of each provider that is supported: as its SDK and its websocket send it, and as a program keeps it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from otel_voice.privacy.policy import Policy
from otel_voice.privacy.redactor import Redactor
from otel_voice.providers import NAMES
from otel_voice.settings import known_secrets
from tests.privacy.drawn import BASE64, HEX, WORD, drawn, keys

OF = keys()
UUID = "-".join(drawn(HEX, length) for length in (8, 4, 4, 4, 12))
JWT = OF["jwt"]
SECRET_OF_AWS = drawn(WORD + "+/", 40)
AWS = (
    (OF["aws"], "AWS4-HMAC-SHA256 Credential={}/20261121/eu-west-1/bedrock/aws4_request", "AWS_ACCESS_KEY_ID"),
    (SECRET_OF_AWS, "aws_secret_access_key={}", "AWS_SECRET_ACCESS_KEY"),
    (SECRET_OF_AWS, "session(aws_secret_access_key='{}')", "AWS_SECRET_ACCESS_KEY"),
    (drawn(WORD + "+/", 300), "X-Amz-Security-Token: {}", "AWS_SESSION_TOKEN"),
    (drawn(HEX, 64), "SignedHeaders=host;x-amz-date, Signature={}", ""),
    (drawn(HEX, 64), "wss://transcribe.eu-west-1.amazonaws.com/?X-Amz-Signature={}", ""),
    (f"ABSK{drawn(WORD, 128)}", "AWS_BEARER_TOKEN_BEDROCK={}", "AWS_BEARER_TOKEN_BEDROCK"),
)
GOOGLE_CLOUD = (
    (OF["google oauth"], "authorization: Bearer {}", "GOOGLE_OAUTH_ACCESS_TOKEN"),
    (drawn(WORD, 64), '"private_key": "-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----\\n"', ""),
)

# What is secret, how it is sent or shown, and the variable in which a program has it.
KEYS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "openai": (
        (OF["openai"], "Authorization: Bearer {}", "OPENAI_API_KEY"),
        (OF["openai"], "Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.{}", "OPENAI_API_KEY"),
        (f"ek_{drawn(HEX, 32)}", "openai-insecure-api-key.{}", ""),
        (drawn(HEX, 32), "api-key: {}", "AZURE_OPENAI_API_KEY"),
        (drawn(WORD, 84), "'api-key': '{}'", "AZURE_OPENAI_API_KEY"),
    ),
    "deepgram": (
        (drawn(HEX, 40), "Authorization: Token {}", "DEEPGRAM_API_KEY"),
        (drawn(HEX, 40), "'Authorization': 'token {}'", "DEEPGRAM_API_KEY"),
        (drawn(HEX, 40), "Sec-WebSocket-Protocol: token, {}", "DEEPGRAM_API_KEY"),
    ),
    "elevenlabs": (
        (OF["elevenlabs"], "xi-api-key: {}", "ELEVENLABS_API_KEY"),
        (drawn(HEX, 32), '{{"text": " ", "xi_api_key": "{}"}}', "ELEVEN_API_KEY"),
        (drawn(WORD, 40), "wss://api.elevenlabs.io/v1/convai/conversation?agent_id=a&token={}", ""),
    ),
    "google_genai": (
        (OF["google"], "x-goog-api-key: {}", "GEMINI_API_KEY"),
        (OF["google"], "https://generativelanguage.googleapis.com/v1beta/models?key={}", "GOOGLE_API_KEY"),
        (f"AQ.Ab8{drawn(BASE64, 47)}", "'x-goog-api-key': '{}'", "GEMINI_API_KEY"),
        (f"AQ.Ab8{drawn(BASE64, 47)}", "the key {} is not valid", "GEMINI_API_KEY"),
    ),
    "anthropic": ((OF["anthropic"], "x-api-key: {}", "ANTHROPIC_API_KEY"),),
    "cartesia": (
        (OF["cartesia"], "X-API-Key: {}", "CARTESIA_API_KEY"),
        (OF["cartesia"], "wss://api.cartesia.ai/tts/websocket?api_key={}&cartesia_version=2025", "CARTESIA_API_KEY"),
    ),
    "assemblyai": (
        (drawn(HEX, 32), "Authorization: {}", "ASSEMBLYAI_API_KEY"),
        (drawn(HEX, 32), "wss://streaming.assemblyai.com/v3/ws?token={}", "ASSEMBLYAI_API_KEY"),
    ),
    "speechmatics": (
        (drawn(WORD, 32), "Authorization: Bearer {}", "SPEECHMATICS_API_KEY"),
        (JWT, "wss://eu.rt.speechmatics.com/v2?jwt={}", ""),
    ),
    "fish": ((drawn(HEX, 32), "Authorization: Bearer {}", "FISH_API_KEY"),),
    "hume": (
        (drawn(WORD, 48), "X-Hume-Api-Key: {}", "HUME_API_KEY"),
        (drawn(WORD, 48), "wss://api.hume.ai/v0/evi/chat?api_key={}", "HUME_API_KEY"),
        (drawn(WORD, 28), "wss://api.hume.ai/v0/evi/chat?access_token={}", ""),
    ),
    "gladia": (
        (UUID, "x-gladia-key: {}", "GLADIA_API_KEY"),
        (UUID, "wss://api.gladia.io/v2/live?token={}", ""),
    ),
    "lmnt": (
        (drawn(HEX, 32), "X-API-Key: {}", "LMNT_API_KEY"),
        (f"ak_{drawn(WORD, 22)}", '{{"X-API-Key": "{}", "voice": "leah"}}', "LMNT_API_KEY"),
    ),
    "soniox": (
        (drawn(HEX, 64), '{{"api_key": "{}", "model": "stt-rt-v3"}}', "SONIOX_API_KEY"),
        (drawn(HEX, 64), "Authorization: Bearer {}", "SONIOX_API_KEY"),
    ),
    "groq": ((OF["groq"], "Authorization: Bearer {}", "GROQ_API_KEY"),),
    "litellm": ((f"sk-{drawn(WORD, 22)}", "litellm.completion(model='gpt-4o', api_key='{}')", "LITELLM_API_KEY"),),
    "ollama": ((f"{drawn(HEX, 32)}.{drawn(BASE64, 24)}", "authorization: Bearer {}", "OLLAMA_API_KEY"),),
    "cohere": ((drawn(WORD, 40), "Authorization: Bearer {}", "CO_API_KEY"),),
    "mistralai": ((drawn(WORD, 32), "Authorization: Bearer {}", "MISTRAL_API_KEY"),),
    "google_cloud_speech": GOOGLE_CLOUD,
    "google_cloud_texttospeech": GOOGLE_CLOUD,
    "azure_speech": (
        (drawn(HEX, 32), "Ocp-Apim-Subscription-Key: {}", "SPEECH_KEY"),
        (drawn(WORD, 84), "SpeechConfig(subscription='{}', region='westeurope')", "AZURE_SPEECH_KEY"),
        (JWT, "Authorization: Bearer {}", ""),
    ),
    "botocore": AWS,
    "aiobotocore": AWS,
    "transcribe": AWS,
    "nova_sonic": AWS,
}
RAW = {"websockets", "aiohttp"}
"""Connections to providers that are in the table by their own names."""
LOCAL = {"pocketsphinx", "vosk", "sherpa_onnx", "faster_whisper", "pyttsx3", "kokoro_onnx", "piper", "whisper"}
"""Models on the machine itself: nobody gives out keys for them."""


def sent() -> Iterator[tuple[str, str]]:
    """Each secret, and a text as the provider's SDK, server or documentation has it in."""
    for ways in KEYS.values():
        yield from ((key, way.format(key)) for key, way, _ in ways)


def test_every_provider_is_in_the_table() -> None:
    """Who adds one says what its keys look like."""
    assert set(KEYS) | RAW | LOCAL == set(NAMES)


@pytest.mark.parametrize("provider", KEYS)
def test_the_keys_of_a_provider_are_known_by_how_they_are_sent(provider: str) -> None:
    """In a header, in the address of a websocket, in a first message, in an argument."""
    redactor = Redactor(Policy())
    told = {way: redactor.text(way.format(key)) for key, way, _ in KEYS[provider]}
    assert {way: text for (key, way, _), text in zip(KEYS[provider], told.values(), strict=True) if key in text} == {}


@pytest.mark.parametrize("provider", KEYS)
def test_the_keys_of_a_provider_are_known_by_their_variable(provider: str) -> None:
    """With no sign and no name beside them: the program has them in its environment, under the name that SDKs read."""
    for key, _, variable in KEYS[provider]:
        if variable:
            redactor = Redactor(Policy(known_secrets=known_secrets({variable: key})))
            assert redactor.text(f"they said {key} to me") == "they said [secret] to me", variable
