"""What all surfaces of the OpenAI SDK share: the client, and who answers. Others speak OpenAI's wire, too."""

from __future__ import annotations

from typing import ClassVar

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Operation
from otel_voice.providers import reading
from otel_voice.providers.stainless import StainlessEvents, StainlessObserver

_ABSENT = object()


class OpenAIObserver(StainlessObserver):
    """Reads a call of any OpenAI resource."""

    provider: ClassVar[str] = "openai"
    """Who answers; another provider with the same wire says its own name."""


class OpenAIEvents(OpenAIObserver, StainlessEvents):
    """Reads a call whose stream is made of many small events."""


def client(record: Operation, call: Call) -> None:
    """Read provider, server address and model; at Azure the model is the deployment, which the client may fix."""
    owner = call.instance._client
    deployment = getattr(owner, "_azure_deployment", _ABSENT)
    if deployment is not _ABSENT:
        record.provider = "azure.ai.openai"
    fixed = deployment if isinstance(deployment, str) else None
    record.request_model = fixed or reading.given(call.kwargs, "model", str)
    reading.server(record, owner._base_url)
