"""An event of structlog on its way to the standard library, and the line of the program that it came from."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType
from typing import Any, NamedTuple


class Place(NamedTuple):
    """The line of the program that logs."""

    module: str
    path: str
    line: int
    function: str


class Rendered(NamedTuple):
    """An event of structlog that was handed to the standard library as `message`."""

    message: object
    event: str
    extra: Mapping[str, Any]
    exc_info: Any
    place: Place


def place_of(frame: FrameType | None, library: str) -> Place:
    """The first frame that is not of `library` nor ours."""
    while frame is not None:
        module = frame.f_globals.get("__name__") or ""
        if module.partition(".")[0] not in (library, "otel_voice"):
            return Place(str(module), frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        frame = frame.f_back
    return Place(library, "", 0, "")
