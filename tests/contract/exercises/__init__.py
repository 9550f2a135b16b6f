"""How to call every patch point through the real SDK, against the simulators: what the contract matrix drives.

`tests/contract/test_points.py` holds the promises; a file here says only how a program uses one point. Each module
whose name is a provider's, alone or with a suffix (`openai.py`, `openai_responses.py`), has a list `EXERCISES`. To
add one, choose the class by what the public call gives to the program:

- `Whole(POINT, call)`: a result that is complete when the program gets it;
- `Streamed(POINT, call)`: something to iterate over (generator, SDK stream), with `close` or `aclose`;
- `Managed(POINT, call, items)`: a context manager; `items(entered)` is what is iterated inside the block;
- `Session(POINT, call, items)`: a context manager around a websocket, on which `items(entered)` sends whatever makes
  the service do exactly ONE operation (one utterance, one synthesis), and iterates over what comes back. As the
  simulators answer only what was sent, do the sending when `items` is called, and stop at the last message.

`POINT` is `str(point)`: "module:Class.method". `call(base, timeout)` makes the public call and returns what it
returns, not awaited, not entered, not iterated, so that laziness can be seen; sync and async are told apart by the
result. `base` is the simulators' HTTP address with directives in it (append `/v1` for OpenAI, `websocket(base)` for
websockets), `timeout` the seconds the client should wait. Build a new client without retries in each call, give it
`SECRET` as its text or prompt (a transcript or a reply contains it by directive already), and no more chunks than
asked. A point may have several exercises (public and raw). With `can_time_out=False` the SDK has no time-out there;
with `closes_at_once=False` it leaves the closing of what it reads to the event loop; with `rewords_errors=True` it
puts an error of its own over the one that breaks a stream, outside of what is patched.

    def _plain(base: str, timeout: float) -> Any:
        client = OpenAI(base_url=f"{base}/v1", api_key="simulated", timeout=timeout, max_retries=0)
        return client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": SECRET}])

    EXERCISES = [Whole("openai.resources.chat.completions.completions:Completions.create", _plain)]

A module may name points that this matrix cannot drive, with the reason, in `UNREACHABLE`.
A shape of your own needs a line in `tests/contract/kinds.py` that says to which kind of function it belongs.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from inspect import isawaitable
from types import ModuleType
from typing import Any

SECRET = "open sesame said the merchant to the door"
"""What people say in these tests; it must be found in no record."""

_END = object()


def websocket(base: str) -> str:
    """The same address for a websocket."""
    return base.replace("http://", "ws://", 1)


def _itself(value: Any) -> Any:
    return value


async def settled(value: Any) -> Any:
    """The value, awaited where it must be."""
    return await value if isawaitable(value) else value


class Reader:
    """Reads an iterator of either colour item by item, and remembers of which types the program's objects were."""

    def __init__(self, iterated: Any, types: list[type]) -> None:
        self.iterated = iterated
        self.types = types
        self._items = iterated.__aiter__() if hasattr(iterated, "__aiter__") else iter(iterated)

    async def read(self) -> Any:
        """The next item; raises StopAsyncIteration at the end."""
        if hasattr(self._items, "__anext__"):
            return await self._items.__anext__()
        item = next(self._items, _END)
        if item is _END:
            raise StopAsyncIteration
        return item

    async def rest(self) -> Any:
        """All that is left: bytes as one (their borders depend on the network), anything else as a list."""
        items = []
        while True:
            try:
                items.append(await self.read())
            except StopAsyncIteration:
                break
        return b"".join(items) if items and all(isinstance(item, bytes) for item in items) else items

    async def close(self) -> None:
        """Close it as a program would that wants no more."""
        close = getattr(self.iterated, "aclose", None) or self.iterated.close
        await settled(close())


@dataclass(frozen=True)
class Exercise:
    """One way to use one point."""

    point: str
    call: Callable[[str, float], Any]
    items: Callable[[Any], Any] = _itself
    can_time_out: bool = True
    closes_at_once: bool = True
    rewords_errors: bool = False

    def __str__(self) -> str:
        name = getattr(self.call, "__name__", "call").strip("_")
        return f"{self.point.partition(':')[2]}-{name}"

    @asynccontextmanager
    async def opened(self, base: str, timeout: float) -> AsyncIterator[Reader]:
        """Use the point as a program does, up to the moment where items can be read."""
        returned = self.call(base, timeout)
        types = [type(returned)]
        value = await settled(returned)
        del returned
        yield Reader(self.items(value), [*types, type(value)])

    async def drain(self, base: str, timeout: float) -> Any:
        """All the program gets, when it reads to the end."""
        async with self.opened(base, timeout) as reader:
            return reader.types, await reader.rest()


@dataclass(frozen=True)
class Whole(Exercise):
    """A result that is complete when the program gets it."""

    items: Callable[[Any], Any] = lambda result: [result]


@dataclass(frozen=True)
class Streamed(Exercise):
    """Something to iterate over, that can be closed and dropped."""


@dataclass(frozen=True)
class Managed(Exercise):
    """A context manager around something to iterate over."""

    @asynccontextmanager
    async def opened(self, base: str, timeout: float) -> AsyncIterator[Reader]:
        returned = self.call(base, timeout)
        types = [type(returned)]
        manager = await settled(returned)
        if hasattr(manager, "__aenter__"):
            async with manager as value:
                yield Reader(await settled(self.items(value)), [*types, type(value)])
        else:
            with manager as value:
                yield Reader(self.items(value), [*types, type(value)])


@dataclass(frozen=True)
class Session(Managed):
    """A context manager around a websocket, on which one operation is made to happen."""


def load(provider: str) -> list[Exercise]:
    """The exercises of one provider."""
    return [exercise for module in _modules(provider) for exercise in module.EXERCISES]


def unreachable(provider: str) -> dict[str, str]:
    """Points that cannot be driven against a loopback server, and why."""
    return {point: reason for module in _modules(provider) for point, reason in _unreachable(module).items()}


def _unreachable(module: ModuleType) -> dict[str, str]:
    return getattr(module, "UNREACHABLE", {})


def _modules(provider: str) -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    mine = [name for name in names if name == provider or name.startswith(f"{provider}_")]
    return [importlib.import_module(f"{__name__}.{name}") for name in mine]
