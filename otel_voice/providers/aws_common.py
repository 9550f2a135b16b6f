"""What all services of AWS share in their SDKs: the client, the ids of answers, the errors, the streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from otel_voice.capture.decoded import Decoded
from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.pulled import Pulled
from otel_voice.capture.pulled_aiohttp import PulledAiohttp
from otel_voice.observation.records import Operation
from otel_voice.providers import reading


class AwsObserver(Observer):
    """Reads one operation of a service."""

    record: Operation

    def failure(self, error: BaseException) -> None:
        read_failure(self.record, error)


def asked(record: Operation, call: Call) -> Mapping[str, Any]:
    """What the service is asked for. Reads where it is."""
    reading.server(record, call.instance.meta.endpoint_url)
    parameters: Mapping[str, Any] = call.argument(1, "api_params")
    return parameters


def answered(record: Operation, result: Mapping[str, Any]) -> Mapping[str, str]:
    """The headers of an answer. Reads its id."""
    metadata = result.get("ResponseMetadata") or {}
    record.request_id = metadata.get("RequestId")
    headers: Mapping[str, str] = metadata.get("HTTPHeaders") or {}
    return headers


def read_failure(record: Operation, error: BaseException) -> None:
    """Read the code of a `ClientError`; what fails in mid-stream has no status."""
    response = getattr(error, "response", None)
    if not isinstance(response, Mapping):
        return
    code = (response.get("Error") or {}).get("Code")
    if code:
        record.error_type = code[0].upper() + code[1:]  # an event's code is the name of a member
    metadata = response.get("ResponseMetadata") or {}
    record.status_code = metadata.get("HTTPStatusCode")
    record.request_id = record.request_id or metadata.get("RequestId")


def body(streaming: Any) -> Following:
    """A `StreamingBody` of either SDK. Up to aiobotocore 3.0 it is a proxy of the response of `aiohttp`."""
    under = getattr(streaming, "_raw_stream", None)
    if under is None:
        under = streaming.__wrapped__
    length = getattr(streaming, "_content_length", None) or getattr(streaming, "_self_content_length", None)
    # Asked for its content, the response of another client may object.
    follow = PulledAiohttp if hasattr(vars(under).get("content"), "readany") else Pulled
    return follow(streaming, under, reading.integer(length))


def events(stream: Any, is_last: Callable[[Any], bool]) -> Following:
    """An `EventStream` of either SDK. After the last event that says anything there is nothing to wait for."""
    return Decoded(stream, "_event_generator", "_parse_event", stream._raw_stream, is_last)
