"""A body of `aiohttp` that the program pulls: also from the stream inside of the response, `response.content`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import wrapt

from otel_voice.capture.observer import Observer
from otel_voice.capture.operation import Abandonment, Running
from otel_voice.capture.pulled import Pulled, Pulling, Took, pulled, took_amount, took_some


@dataclass(frozen=True)
class PulledAiohttp(Pulled):
    """A body under which there is a response of `aiohttp`.

    The stream of the response has slots: nothing can be put on it, so a proxy stands for it until the operation ends.
    """

    def begin(self, running: Running, observer: Observer, held: Abandonment) -> None:
        pulling = self.follow(running, observer, held)
        response, content = self.under, self.under.content
        proxy = _Content(content, pulling)

        def put_back() -> None:
            if response.content is proxy:
                response.content = content

        response.content = proxy
        pulling.put_back.append(put_back)


def _took_chunk(pulling: Pulling, result: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    data, at_a_border = result
    if data or not at_a_border:
        pulling.took(data)


def _pulling(name: str, took: Took) -> Callable[..., Any]:
    """A method of the stream that gives bytes."""

    async def method(self: _Content, *args: Any, **kwargs: Any) -> Any:
        return await pulled(self._self_pulling, getattr(self.__wrapped__, name), took, args, kwargs)

    return method


def _made_of_ours(name: str) -> Callable[..., Any]:
    """A method of the stream that is made of other methods."""

    def method(self: _Content, *args: Any, **kwargs: Any) -> Any:
        return getattr(type(self.__wrapped__), name)(self, *args, **kwargs)

    return method


class _Content(wrapt.ObjectProxy):  # type: ignore[type-arg, unused-ignore]
    """The stream, read through us."""

    def __init__(self, content: Any, pulling: Pulling) -> None:
        super().__init__(content)
        self._self_pulling = pulling

    read = _pulling("read", took_amount)
    readany = _pulling("readany", took_some)
    readchunk = _pulling("readchunk", _took_chunk)
    readline = _pulling("readline", took_some)
    readuntil = _pulling("readuntil", took_some)

    readexactly = _made_of_ours("readexactly")
    iter_any = _made_of_ours("iter_any")
    iter_chunked = _made_of_ours("iter_chunked")
    iter_chunks = _made_of_ours("iter_chunks")
    __aiter__ = _made_of_ours("__aiter__")
