"""What all surfaces of the Deepgram SDK share: the query of a call, the address, the ids, the errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Operation, Speech
from otel_voice.providers import reading

REQUEST_ID = "dg-request-id"


class DeepgramError(Exception):
    """An error that Deepgram sent as a message, so that no exception was raised for it."""


def query(call: Call) -> Mapping[str, Any]:
    """The query of a request: the arguments, and what the request options put over them."""
    options = call.kwargs.get("request_options")
    extra = options.get("additional_query_parameters") if isinstance(options, Mapping) else None
    return {**call.kwargs, **extra} if extra else call.kwargs


def environment(instance: Any) -> Any:
    """The addresses a resource talks to; `base` is for HTTP, `production` for websockets."""
    resource = getattr(instance, "_raw_client", instance)
    return resource._client_wrapper.get_environment()


def audio(record: Speech, asked: Mapping[str, Any]) -> None:
    """Read model, language and audio format, as asked for."""
    record.request_model = reading.given(asked, "model", str)
    record.language = reading.given(asked, "language", str)
    record.audio_format = reading.given(asked, "encoding", str)
    record.sample_rate = reading.integer(asked.get("sample_rate"))
    record.channels = reading.integer(asked.get("channels"))


def failure(record: Operation, error: BaseException) -> None:
    """Read status and request id: the SDK's own errors carry them, those of a refused websocket hold the response."""
    reading.status(record, error)
    response = getattr(error, "response", None)
    code = getattr(response, "status_code", None)
    if isinstance(code, int):
        record.status_code = int(code)  # some SDKs give an enumeration
        record.error_type = str(record.status_code)
    headers = getattr(response, "headers", None) or getattr(error, "headers", None)
    if headers is not None:
        record.request_id = headers.get(REQUEST_ID) or record.request_id


def model_name(info: Any) -> str | None:
    """The model that answered, from the description of one or from a table of several by their ids."""
    if not isinstance(info, Mapping):
        return None
    name = info.get("name")
    if isinstance(name, str):
        return name
    return next((model_name(each) for each in info.values() if isinstance(each, Mapping)), None)
