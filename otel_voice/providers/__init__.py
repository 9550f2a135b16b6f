"""What each SDK looks like: a table of patch points and small synchronous observers, one file for each SDK.

This module knows names only; a provider's file is loaded when its instrumentor is.
"""

from __future__ import annotations

from importlib import import_module

from otel_voice.capture.points import Provider

NAMES = (
    "openai",
    "deepgram",
    "elevenlabs",
    "google_genai",
    "anthropic",
    "cartesia",
    "assemblyai",
    "speechmatics",
    "fish",
    "hume",
    "gladia",
    "lmnt",
    "soniox",
    "groq",
    "litellm",
    "ollama",
    "cohere",
    "mistralai",
    "google_cloud_speech",
    "google_cloud_texttospeech",
    "azure_speech",
    "botocore",
    "aiobotocore",
    "transcribe",
    "nova_sonic",
    "pocketsphinx",
    "vosk",
    "sherpa_onnx",
    "faster_whisper",
    "pyttsx3",
    "kokoro_onnx",
    "piper",
    "whisper",
    "websockets",
    "aiohttp",
)
"""Adding a provider is one file here and its name in this line."""


def load(name: str) -> Provider:
    """The provider's table. Imports no SDK."""
    module = import_module(f"otel_voice.providers.{name}")
    provider: Provider = module.PROVIDER
    return provider
