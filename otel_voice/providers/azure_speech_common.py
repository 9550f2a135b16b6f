"""What recognition and synthesis of the Azure Speech SDK share: where they go, and what they call a failure."""

from __future__ import annotations

import re
from typing import Any

from otel_voice.observation.records import Operation
from otel_voice.providers import reading
from otel_voice.providers.azure_speech_native import text

PROVIDER = "azure.ai.speech"
TICKS = 10_000_000
"""Ticks a second, in which the service tells offsets and durations."""
_STATUS = re.compile(r"\((\d{3})\)")


class AzureSpeechError(Exception):
    """What the SDK tells of a cancellation; it raises nothing for it."""


def server(record: Operation, properties: Any, kind: str) -> None:
    """Set the server from whatever the configuration names it by; `kind` is what a region calls the service."""
    url = text(properties, "SpeechServiceConnection_Endpoint") or text(properties, "SpeechServiceConnection_Host")
    region = text(properties, "SpeechServiceConnection_Region")
    if url is None and region is not None:
        url = f"wss://{region}.{kind}.speech.microsoft.com"
    if url is not None:
        reading.server(record, url)


def failure(record: Operation, code: Any, details: str | None) -> tuple[AzureSpeechError, str]:
    """The error of a cancellation and its type: the HTTP status where it tells one, else the SDK's own name."""
    status = _STATUS.search(details or "")
    if status is not None and code.name not in ("ConnectionFailure", "RuntimeError"):
        record.status_code = int(status[1])
        return AzureSpeechError(details), status[1]
    return AzureSpeechError(details), str(code.name)
