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
from otel_voice.simulators.line import Line
from otel_voice.simulators.looping import HOST
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
BREAKS = 500
MALFORMED = b"\xff\xff\xff"
_MOST_CALLS = 64
_HEARING_SECONDS = 1.0


Answering = Callable[[Iterator[bytes], Behaviour], Iterable[Any]]


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

    def _handler(self, grpc: Any, answer: Answering) -> Callable[[Iterator[bytes], Any], Iterator[bytes]]:
        def handle(requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
            call = _Call(requests, context, grpc)
            metadata = dict(context.invocation_metadata())
            try:
                asked = behaviour.parse(metadata.get(behaviour.HEADER, ""))
                if asked.fails(None, self._tries(metadata.get(CALL))):
                    call.refuse(asked)
                yield from call.answers(answer(requests, asked), asked)
            except (DirectiveError, BadRequestError) as error:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            except _LostError:
                self._line.cut(int(context.peer().rpartition(":")[2]))
                call.ended.wait()

        return handle

    def _tries(self, name: str | None) -> int:
        """How often the call of this name was tried before; one without a name never was."""
        if name is None:
            return 0
        self._calls[name] += 1
        return self._calls[name] - 1


class _Call:
    """A call that is being answered."""

    def __init__(self, requests: Iterator[bytes], context: Any, grpc: Any) -> None:
        self._requests = requests
        self._context = context
        self._grpc = grpc
        self.ended = threading.Event()
        context.add_callback(self.ended.set)

    def refuse(self, asked: Behaviour) -> None:
        """End it with the status that was asked for."""
        self._hear_out()
        self.ended.wait(asked.first)
        status = asked.fail or BREAKS
        self._context.abort(self._grpc.StatusCode[FAILURES[status]], REASONS[status])

    def answers(self, answers: Iterable[Any], asked: Behaviour) -> Iterator[bytes]:
        """The answers at the pace, and with the accident, that was asked for."""
        asked = _of_one_answer(asked) if isinstance(answers, list) else asked
        self.ended.wait(asked.first)
        for index, answer in enumerate(answers):
            if index:
                self.ended.wait(asked.interval)
            if self.ended.is_set():
                return
            if asked.drop_after == index:
                self._hear_out()
                raise _LostError
            if asked.error_after == index:
                self.refuse(replace(asked, first=0.0))
            yield MALFORMED if asked.malformed_after == index else type(answer).serialize(answer)

    def _hear_out(self) -> None:
        """Let the client say what it has to say: while it writes, it may tell of another error than ours."""
        hearing = threading.Thread(target=self._hear, daemon=True)
        hearing.start()
        hearing.join(_HEARING_SECONDS)

    def _hear(self) -> None:
        with contextlib.suppress(self._grpc.RpcError):
            deque(self._requests, maxlen=0)


def _of_one_answer(asked: Behaviour) -> Behaviour:
    """Where there is one answer, an accident happens to that."""
    accidents = ("drop_after", "malformed_after", "error_after")
    happening: dict[str, Any] = {name: 0 for name in accidents if getattr(asked, name) is not None}
    return replace(asked, **happening)


class _LostError(Exception):
    """The connection is to be lost."""
