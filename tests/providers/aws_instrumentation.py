"""An instrumentation of botocore that does to Bedrock's answers what OpenTelemetry's own does (read in 0.66b2).

That one is in no environment of ours: it imports botocore as soon as it is installed, into every program of the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import botocore.client
import wrapt
from opentelemetry.trace import SpanKind

from otel_voice.telemetry import names

SCOPE = "opentelemetry.instrumentation.botocore.bedrock-runtime"


class Stream(wrapt.ObjectProxy):
    """The stream of an answer; the span ends as soon as the last event was seen."""

    def __init__(self, stream: Any, span: Any) -> None:
        super().__init__(stream)
        self._self_span = span

    def __iter__(self) -> Iterator[Any]:
        for event in self.__wrapped__:
            if "metadata" in event:
                self._self_span.end()
            yield event


class Alike:
    """Put on and taken off like an instrumentor."""

    def instrument(self, **signals: Any) -> None:
        self._tracer = signals["tracer_provider"].get_tracer(SCOPE)
        wrapt.wrap_function_wrapper("botocore.client", "BaseClient._make_api_call", self._call)

    def uninstrument(self) -> None:
        patched: Any = vars(botocore.client.BaseClient)["_make_api_call"]
        botocore.client.BaseClient._make_api_call = patched.__wrapped__

    def _call(self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        operation, asked = args
        attributes = {names.GEN_AI_OPERATION_NAME: "chat", names.GEN_AI_REQUEST_MODEL: asked["modelId"]}
        streamed = operation == "ConverseStream"
        with self._tracer.start_as_current_span(
            f"chat {asked['modelId']}", kind=SpanKind.CLIENT, attributes=attributes, end_on_exit=not streamed
        ) as span:
            result = wrapped(*args, **kwargs)
            if streamed:
                result["stream"] = Stream(result["stream"], span)
            return result
