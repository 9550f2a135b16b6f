"""What all surfaces of the Cartesia SDK share: voices, formats, the attributes of its connection managers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.observation import records
from otel_voice.providers import reading


class CartesiaError(Exception):
    """An error that Cartesia sent as a message; what the SDK makes of it, if anything, it makes later."""


def synthesis(asked: Mapping[str, Any]) -> records.TextToSpeech:
    """The record of a synthesis: out of the arguments of a call or out of a message, which name things alike."""
    record = records.TextToSpeech("cartesia")
    record.request_model = reading.given(asked, "model_id", str)
    record.language = reading.given(asked, "language", str)
    record.voice = _voice(asked.get("voice"))
    _output_format(record, asked.get("output_format"))
    return record


def error_type(message: Mapping[str, Any]) -> str:
    """The kind of an error that came as a message: its code, or its status."""
    return str(message.get("error_code") or message.get("status_code") or "error")


def error(message: Mapping[str, Any]) -> CartesiaError:
    """An error that came as a message. Until 2025 the text was in `error`."""
    said = message.get("message") or message.get("error") or "unknown error"
    title = message.get("title")
    return CartesiaError(f"{title}: {said}" if title else said)


def private(instance: Any, name: str) -> Any:
    """An attribute with two leading underscores, whose name Python mangles with that of its class."""
    for kind in type(instance).__mro__:
        value = getattr(instance, f"_{kind.__name__.lstrip('_')}__{name}", None)
        if value is not None:
            return value
    return None


def _voice(voice: Any) -> str | None:
    """The id of a voice, which the newest interface takes bare; an embedding has none."""
    if isinstance(voice, Mapping):
        voice = voice.get("id")
    return voice if isinstance(voice, str) else None


def _output_format(record: records.TextToSpeech, wanted: Any) -> None:
    if not isinstance(wanted, Mapping):
        return
    container = wanted.get("container")
    encoding = wanted.get("encoding")
    record.audio_format = encoding if container in ("raw", "wav", None) and isinstance(encoding, str) else container
    record.sample_rate = reading.integer(wanted.get("sample_rate"))
