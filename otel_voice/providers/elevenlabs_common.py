"""What all surfaces of the ElevenLabs SDK share: the client, the output formats, the headers, the errors."""

from __future__ import annotations

from collections.abc import Mapping

from otel_voice.capture.observer import Call
from otel_voice.observation import records
from otel_voice.providers import reading

_ERROR_STATUSES = range(400, 600)


def client(record: records.Operation, call: Call) -> None:
    """Read the server's address from the client behind a resource."""
    wrapper = call.instance._client_wrapper
    if hasattr(wrapper, "get_base_url"):
        reading.server(record, wrapper.get_base_url())
    else:
        reading.server(record, wrapper.get_environment().base)


def synthesis(call: Call) -> records.TextToSpeech:
    """The record of a synthesis that is about to be asked for; the model is absent where the service chooses it."""
    record = records.TextToSpeech("elevenlabs")
    voice = call.argument(0, "voice_id")
    record.voice = voice if isinstance(voice, str) else None
    record.request_model = reading.given(call.kwargs, "model_id", str)
    record.language = reading.given(call.kwargs, "language_code", str)
    output_format(record, call.kwargs.get("output_format"))
    return record


def output_format(record: records.Speech, name: object) -> None:
    """Read the encoding and the sample rate out of a name such as `pcm_16000` or `mp3_44100_128`."""
    if not isinstance(name, str):
        return
    encoding, _, rest = name.partition("_")
    record.audio_format = encoding
    record.sample_rate = reading.integer(rest.partition("_")[0])


def headers(record: records.Operation, found: Mapping[str, str]) -> None:
    """Read the id of the request and, for a synthesis, what it was charged for."""
    record.request_id = found.get("request-id")
    cost = reading.integer(found.get("character-cost"))
    if cost is not None and isinstance(record, records.TextToSpeech):
        record.characters = cost


def failure(record: records.Operation, error: BaseException) -> None:
    """Read the status of an `ApiError`, or of a refused websocket; a websocket's close code is no HTTP status."""
    reading.status(record, error)
    refused = getattr(error, "response", None)
    if refused is not None:
        reading.status(record, refused)
    if record.status_code is not None and record.status_code not in _ERROR_STATUSES:
        record.status_code = None
    found = getattr(error, "headers", None)
    if isinstance(found, Mapping) and record.request_id is None:
        record.request_id = found.get("request-id")
