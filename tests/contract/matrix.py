"""What the contract tests share: the points and exercises of the installed SDKs, and a provider being observed."""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.util
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import quote

from otel_voice import providers
from otel_voice.capture.install import Installation
from otel_voice.capture.points import Point, Provider
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract import exercises
from tests.contract.exercises import SECRET, Exercise

TIMEOUT = 10.0
PATIENCE = 60.0
"""Seconds for what must come, on a machine that has other things to do."""
_QUOTED = quote(SECRET)
# The time of day in an answer, how long it took, and who noticed first that a connection is gone: a read, or a write.
_BY_CHANCE = re.compile(
    r"\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT"
    r"|time taken=[\d.]+ seconds"
    r"|(duration=|over )[\d.]+s"
    r"|((recv|send)msg: ?)?(Connection reset by peer|Broken pipe)( \(\d+\))?"
)


class Case(NamedTuple):
    """An exercise, and the provider whose points it goes through."""

    provider: Provider
    exercise: Exercise


class Place(NamedTuple):
    """A point, and the provider whose table it is in."""

    provider: Provider
    point: Point


def present(provider: Provider) -> list[Point]:
    """The points that the installed version has."""
    return Installation(provider, RecordingSink()).points()


def _installed() -> list[Provider]:
    """An environment for one old SDK has no other."""
    loaded = [providers.load(name) for name in providers.NAMES]
    return [provider for provider in loaded if _present(provider.package)]


def _present(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # the namespace it lives in is not there
        return False


PROVIDERS = _installed()
PLACES = [Place(provider, point) for provider in PROVIDERS for point in present(provider)]


def cases(*kinds: type[Exercise]) -> list[Case]:
    """The exercises of these classes; of their subclasses only where those are named."""
    found = []
    for provider in PROVIDERS:
        points = {str(point) for point in present(provider)}
        for exercise in exercises.load(provider.name):
            if exercise.point in points and type(exercise) in kinds:
                found.append(Case(provider, exercise))
    return found


def name(value: Any) -> str:
    """What pytest calls a case or a place."""
    if isinstance(value, Case):
        return f"{value.provider.name}-{value.exercise}"
    if isinstance(value, Place):
        return f"{value.provider.name}-{value.point}"
    return value.name if isinstance(value, Provider) else str(value)


@contextmanager
def observing(provider: Provider, sink: Any = None) -> Iterator[RecordingSink]:
    """The provider's SDK with every point in its place, and the sink that sees what goes through them."""
    for point in present(provider):
        importlib.import_module(point.module)
    sink = sink or RecordingSink()
    installation = Installation(provider, sink)
    installation.install()
    try:
        yield sink
    finally:
        installation.uninstall()


def base(simulators: Simulators, **directives: float) -> str:
    """The address that makes the simulators behave so, quickly where nothing else is asked for."""
    wanted = {"first": 0.0, "interval": 0.0, "chunks": 6, **directives}
    said = f"transcript={_QUOTED},reply={_QUOTED}"
    return simulators.simulate(",".join([said, *(f"{key}={value}" for key, value in wanted.items())]))


async def failure(exercise: Exercise, address: str, timeout: float = TIMEOUT) -> Exception:
    """The error with which the program's use of the point ends."""
    try:
        await exercise.drain(address, timeout)
    except Exception as error:
        return error
    raise AssertionError(f"{exercise} ended without an error")


def said(error: Exception) -> tuple[type, str]:
    """Class and text of an error, without what differs from one time to the next."""
    return type(error), _BY_CHANCE.sub("", str(error))


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait until it holds, collecting garbage as a running program does now and then.

    After thousands of tests a collection takes long, and most of the time must be left to the program.
    """
    deadline, collect_at = time.monotonic() + PATIENCE, time.monotonic() + 0.02
    while not condition():
        now = time.monotonic()
        assert now < deadline, f"it did not come to this: {what}"
        if now >= collect_at:
            gc.collect()
            collect_at = time.monotonic() + 4 * (time.monotonic() - now)
        await asyncio.sleep(0.001)
