"""Google Cloud's speech services over gRPC, with the SDKs' own messages: `with GoogleCloud() as cloud: cloud.port`.

A request says in the metadata `x-simulate` how it is to be answered. The SDKs are needed only when a request comes.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import Any

from otel_voice.simulators import behaviour, google_cloud_speech, google_cloud_texttospeech
from otel_voice.simulators.behaviour import Behaviour, DirectiveError
from otel_voice.simulators.line import HOST, Line
from otel_voice.simulators.wire import BadRequestError

CALL = "x-simulate-call"
"""Metadata that names a call, so that the tries of it can be counted."""
FAILURES = {401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}
REASONS = {
    401: "Request had invalid authentication credentials.",
    429: "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'.",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
}
MALFORMED = b"\xff\xff\xff"
_MOST_CALLS = 64
_HEARING_SECONDS = 1.0


class GoogleCloud:
    """The services on a loopback port of their own, whose connections can be cut by a directive."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()

    def __enter__(self) -> GoogleCloud:
        import grpc  # type: ignore[import-untyped]

        self._server = grpc.server(ThreadPoolExecutor(_MOST_CALLS, "google-cloud"))
        self._server.add_generic_rpc_handlers((self._handlers(grpc),))
        self._line = Line(self._server.add_insecure_port(f"{HOST}:0"))
        self._server.start()
        self._line.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop(0).wait()
        self._line.__exit__(kind, error, trace)

    @property
    def port(self) -> int:
        """Where clients find it."""
        return self._line.port

    def _handlers(self, grpc: Any) -> Any:
        # On the wire, a call of one request and one answer is a stream of one each.
        methods = {
            path: grpc.stream_stream_rpc_method_handler(self._handler(grpc, answer))
            for path, answer in {**google_cloud_speech.METHODS, **google_cloud_texttospeech.METHODS}.items()
        }

        class Handlers(grpc.GenericRpcHandler):  # type: ignore[misc]
            def service(self, details: Any) -> Any:
                return methods.get(details.method)

        return Handlers()

    def _handler(self, grpc: Any, answer: Callable[..., Iterable[Any]]) -> Callable[[Iterator[bytes], Any], Any]:
        def handle(requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
            metadata = dict(context.invocation_metadata())
            try:
                asked = behaviour.parse(metadata.get(behaviour.HEADER, ""))
            except DirectiveError as error:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            self._calls[metadata.get(CALL, "")] += 1
            ended = threading.Event()
            context.add_callback(ended.set)
            if asked.fails(None, self._calls[metadata.get(CALL, "")] - 1 if CALL in metadata else 0):
                _hear_out(requests, grpc.RpcError)
                ended.wait(asked.first)
                assert asked.fail is not None
                context.abort(grpc.StatusCode[FAILURES[asked.fail]], REASONS[asked.fail])
            try:
                answers = answer(requests, asked)
                pace = _of_one_answer(asked) if isinstance(answers, list) else asked
                yield from self._answers(answers, pace, context, ended)
            except BadRequestError as error:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            except _BrokenError:
                context.abort(grpc.StatusCode.INTERNAL, REASONS[500])

        return handle

    def _answers(
        self, answers: Iterable[Any], asked: Behaviour, context: Any, ended: threading.Event
    ) -> Iterator[bytes]:
        """The answers at the pace, and with the accident, that was asked for."""
        ended.wait(asked.first)
        for index, answer in enumerate(answers):
            if index:
                ended.wait(asked.interval)
            if ended.is_set():
                return
            if asked.drop_after == index:
                self._line.cut(int(context.peer().rpartition(":")[2]))
                ended.wait()
                return
            if asked.error_after == index:
                raise _BrokenError
            yield MALFORMED if asked.malformed_after == index else type(answer).serialize(answer)


def _hear_out(requests: Iterator[bytes], gone: type[Exception]) -> None:
    """Let the client say all it has to say at once: one that is refused while it writes may tell of another error."""

    def hear() -> None:
        with contextlib.suppress(gone):
            deque(requests, maxlen=0)

    hearing = threading.Thread(target=hear, daemon=True)
    hearing.start()
    hearing.join(_HEARING_SECONDS)


def _of_one_answer(asked: Behaviour) -> Behaviour:
    """Where there is one answer, an accident happens to that."""
    accidents = ("drop_after", "malformed_after", "error_after")
    happening: dict[str, Any] = {name: 0 for name in accidents if getattr(asked, name) is not None}
    return replace(asked, **happening)


class _BrokenError(Exception):
    """The service breaks in the middle of an answer."""
