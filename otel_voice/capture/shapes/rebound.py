"""The class of a C extension, of whose methods something is noted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

from otel_voice.capture.observer import SessionObserver
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point
from otel_voice.capture.rebinding import Rebinding
from otel_voice.capture.shapes.noting import Noter, noting


class ClassObserver(SessionObserver, ABC):
    """Says who notes what of the methods of a class."""

    methods: ClassVar[Mapping[str, type[Noter]]]

    @abstractmethod
    def collected(self, instance: Any) -> None:
        """An object of the class is about to be gone."""


def rebound(point: Point, sink: Sink, active: Active) -> Rebinding:
    """A class whose methods cannot be set; its observer is a `ClassObserver`."""
    observer = cast("type[ClassObserver]", point.observer)(sink)
    methods = {name: noting(replace(point, observer=noter), sink, active) for name, noter in observer.methods.items()}
    return Rebinding(methods, observer.collected)
