"""AWS by botocore: Bedrock's answers whole and as events, Polly's sound from its body and from what is under it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.contract.exercises import SECRET, Exercise, Managed, Streamed, Whole
from tests.providers.aws_calls import MODEL, create

_POINT = "botocore.client:BaseClient._make_api_call"
CONVERSATION: dict[str, Any] = {"modelId": MODEL, "messages": [{"role": "user", "content": [{"text": SECRET}]}]}
SPEECH: dict[str, Any] = {"Text": SECRET, "VoiceId": "Ruth", "OutputFormat": "pcm"}


def _client(service: str, base: str, timeout: float) -> Any:
    return create("", service, f"{base}/aws", timeout=timeout)


def _converse(base: str, timeout: float) -> Any:
    return _client("bedrock-runtime", base, timeout).converse(**CONVERSATION)


def _converse_stream(base: str, timeout: float) -> Any:
    return _client("bedrock-runtime", base, timeout).converse_stream(**CONVERSATION)["stream"]


def _speech(base: str, timeout: float) -> Any:
    return _client("polly", base, timeout).synthesize_speech(**SPEECH)["AudioStream"]


@contextmanager
def _speech_from_underneath(base: str, timeout: float) -> Iterator[Any]:
    with _speech(base, timeout) as response:
        yield response


def told(answer: Any) -> list[Any]:
    """What an answer says, without the time of day in its headers."""
    return [{name: value for name, value in answer.items() if name != "ResponseMetadata"}]


EXERCISES: list[Exercise] = [
    Whole(_POINT, _converse, told),
    Streamed(_POINT, _converse_stream),
    Streamed(_POINT, _speech),
    Managed(_POINT, _speech_from_underneath, lambda response: response.stream(1024)),
]
