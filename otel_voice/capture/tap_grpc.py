"""The tap on a stream of a Google client: what the tap of `websockets` is to its connections.

The program keeps the SDK's own object. A synchronous one reads from the stream of `grpc` that it keeps, in whose place
stands one that passes everything on. An asynchronous one keeps the generator by which it is iterated, in whose place
stands ours, around the SDK's own of a second object for the same call: no object then refers to itself because of us,
and a stream that is dropped is still cancelled at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import wrapt

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.observer import SessionObserver
from otel_voice.capture.operation import collected
from otel_voice.capture.requests import Ear
from otel_voice.capture.tap_aiohttp import ConnectionClosedOK

_GENERATOR = "_wrapped_async_generator"
_FIRST = "_stored_first_result"
CANCELLED = "CANCELLED"
"""The status of what the program has cancelled, or closed the channel of."""


def tap_stream(stream: Any, observer: SessionObserver, ear: Ear) -> None:
    """Let the observer read what comes over `stream` from now on, and know when the program leaves it."""
    if hasattr(stream, _GENERATOR):
        _tap_async(stream, observer, ear)
    else:
        # The SDK has read the first answer already; the program gets it when it asks for it.
        first = [vars(stream).pop(_FIRST)] if _FIRST in vars(stream) else []
        stream._wrapped = _Answers(stream._wrapped, first, observer)


def status_name(error: BaseException) -> str | None:
    """The name of the status with which a call of gRPC ended, such as `UNAVAILABLE`; None for another error."""
    status = getattr(error, "grpc_status_code", None)
    if status is None:
        code = getattr(error, "code", None)
        status = code() if callable(code) else None
    name = getattr(status, "name", None)
    return name if isinstance(name, str) else None


class Left:
    """Tells that a stream was left, when everything by which it could be read was collected."""

    __slots__ = ("_observer",)

    def __init__(self, observer: SessionObserver) -> None:
        self._observer = observer

    def __del__(self) -> None:
        observer = self._observer
        guarded(collected, observer.sink, lambda: guarded(observer.closed))


class _Answers(wrapt.ObjectProxy):  # type: ignore[misc, type-arg, unused-ignore]
    """A synchronous stream of `grpc` that is read through us."""

    def __init__(self, wrapped: Any, first: list[Any], observer: SessionObserver) -> None:
        super().__init__(wrapped)
        self._self_first = first
        self._self_observer = observer
        self._self_received = shielded(observer.received)
        self._self_left = Left(observer)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            answer = self._self_first.pop() if self._self_first else next(self.__wrapped__)
        except StopIteration:
            guarded(_drained, self._self_observer)
            raise
        except Exception as error:
            guarded(_failed, self._self_observer, error)
            raise
        self._self_received(answer)
        return answer

    def cancel(self) -> Any:
        guarded(self._self_observer.closed)
        return self.__wrapped__.cancel()


def _tap_async(stream: Any, observer: SessionObserver, ear: Ear) -> None:
    left = Left(observer)
    twin = type(stream)().with_call(stream._call)
    setattr(stream, _GENERATOR, answers_of(twin._wrapped_aiter(), observer, left))
    stream.read = _reading(twin.read, observer, left)
    stream.write = _writing(twin.write, ear)
    stream.cancel = _cancelling(twin.cancel, observer)


async def answers_of(inner: AsyncGenerator[Any, None], observer: SessionObserver, left: Left) -> AsyncIterator[Any]:
    """The same answers, read, and how they end."""
    received = shielded(observer.received)
    try:
        async for answer in inner:
            received(answer)
            yield answer
    except (GeneratorExit, asyncio.CancelledError):
        guarded(observer.closed)
        raise
    except Exception as error:
        guarded(_failed, observer, error)
        raise
    else:
        guarded(_drained, observer)
    finally:
        await inner.aclose()


def _reading(read: Callable[[], Awaitable[Any]], observer: SessionObserver, left: Left) -> Callable[[], Any]:
    received = shielded(lambda answer: _read(answer, observer))

    async def tapped() -> Any:
        try:
            answer = await read()
        except asyncio.CancelledError:
            guarded(observer.closed)
            raise
        except Exception as error:
            guarded(_failed, observer, error)
            raise
        received(answer)
        return answer

    return tapped


def _read(answer: Any, observer: SessionObserver) -> None:
    if type(answer).__name__ == "_EOF":  # what `grpc` calls the end, as an object
        _drained(observer)
    else:
        observer.received(answer)


def _writing(write: Callable[[Any], Awaitable[None]], ear: Ear) -> Callable[[Any], Any]:
    async def tapped(request: Any) -> None:
        ear.heard(request)
        await write(request)

    return tapped


def _cancelling(cancel: Callable[[], Any], observer: SessionObserver) -> Callable[[], Any]:
    def tapped() -> Any:
        guarded(observer.closed)
        return cancel()

    return tapped


def _drained(observer: SessionObserver) -> None:
    observer.broken(ConnectionClosedOK("the server has said everything"))


def _failed(observer: SessionObserver, error: Exception) -> None:
    """A read failed: the server or the way to it, or because the program has cancelled or closed what is read."""
    if status_name(error) == CANCELLED:
        observer.closed()
    else:
        observer.broken(error)
