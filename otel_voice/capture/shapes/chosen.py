"""The one method through which every operation of a client goes, of which a few are observed.

The others, of which there may be thousands a second, cost one look into a table.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, cast

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shapes.call import async_call, call
from otel_voice.observation.records import Operation


class ChosenObserver(Observer, ABC):
    """Reads an operation with the observer that its table has for it."""

    observers: ClassVar[Mapping[tuple[str, str], type[Observer]]]
    """By service and operation."""
    name: ClassVar[str]
    """The parameter that names the operation; it comes first."""

    @abstractmethod
    def service(self, client: Any) -> str:
        """The service that a client is for."""

    def request(self, call: Call) -> Operation | None:
        chosen = self.observers.get((self.service(call.instance), call.argument(0, self.name)))
        if chosen is None:
            return None
        self._chosen = chosen(self.wants_content)
        return self._chosen.request(call)

    def response(self, result: Any) -> Sequence[Following]:
        return self._chosen.response(result)

    def chunk(self, item: Any) -> None:
        self._chosen.chunk(item)

    def body(self, data: Any) -> None:
        self._chosen.body(data)

    def failure(self, error: BaseException) -> None:
        self._chosen.failure(error)

    def end(self) -> None:
        self._chosen.end()


def chosen_call(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A method that does its work before it returns; its observer is a `ChosenObserver`."""
    return _chosen(point, call(point, sink, active))


def async_chosen_call(point: Point, sink: Sink, active: Active) -> Wrapper:
    """A coroutine method; its observer is a `ChosenObserver`."""
    return _chosen(point, async_call(point, sink, active))


def _chosen(point: Point, observed: Wrapper) -> Wrapper:
    observer = cast("type[ChosenObserver]", point.observer)
    names = frozenset(operation for _, operation in observer.observers)
    parameter = observer.name

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if (args[0] if args else kwargs.get(parameter)) not in names:
            return wrapped(*args, **kwargs)
        return observed(wrapped, instance, args, kwargs)

    return wrapper
