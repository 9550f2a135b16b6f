"""From the table to wrappers and back, on a package made for the test."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import wrapt

from otel_voice.capture.install import Installation
from otel_voice.capture.observer import Call, Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, call
from otel_voice.observation.records import Inference
from tests.capture_sink import RecordingSink

SOURCE = """
class Client:
    def create(self):
        return "answer"

    async def acreate(self):
        return "answer"
"""


class Reads(Observer):
    def request(self, call: Call) -> Inference:
        return Inference("parrot")


def provider(*points: Point) -> Provider:
    return Provider("parrot", "parrot", "pytest", "1", "99", points)  # any distribution that is installed


CREATE = Point("parrot.client", "Client.create", call, Reads)
ACREATE = Point("parrot.client", "Client.acreate", async_call, Reads)


@pytest.fixture
def parrot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    package = tmp_path / "parrot"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "client.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in ("parrot", "parrot.client"):
        sys.modules.pop(name, None)


def client() -> Any:
    from parrot.client import Client

    return Client


def test_nothing_is_imported_by_installing(parrot: None) -> None:
    """The SDK is patched when the program imports it, and not before."""
    installation = Installation(provider(CREATE), RecordingSink())
    installation.install()
    assert "parrot" not in sys.modules
    assert client()().create() == "answer"
    assert list(installation.attached) == ["parrot.client:Client.create"]


def test_uninstalling_restores_the_very_object(parrot: None) -> None:
    """After uninstall the class holds what it held before."""
    original = vars(client())["create"]
    installation = Installation(provider(CREATE), RecordingSink())
    installation.install()
    assert vars(client())["create"] is not original
    installation.uninstall()
    assert vars(client())["create"] is original


def test_inside_another_instrumentation(parrot: None) -> None:
    """Where somebody has wrapped already, we sit inside, so that their span is current when we look; and out again."""
    inside: list[int] = []
    sink = RecordingSink()

    def other(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        inside.append(len(sink.started))
        return wrapped(*args, **kwargs)

    wrapt.wrap_function_wrapper(client(), "create", other)
    theirs = vars(client())["create"]
    installation = Installation(provider(CREATE), sink)
    installation.install()
    assert client()().create() == "answer"
    assert (inside, len(sink.records)) == ([0], 1)
    installation.uninstall()
    assert vars(client())["create"] is theirs
    client()().create()
    assert len(sink.records) == 1


GONE = Point("parrot.elsewhere", "Client.create", call, Reads)
RENAMED = Point("parrot.client", "Client.generate", call, Reads)


@pytest.mark.parametrize("missing", [GONE, RENAMED], ids=str)
def test_a_moved_layout_is_told_once(parrot: None, caplog: pytest.LogCaptureFixture, missing: Point) -> None:
    """One warning names the package, its version, and the hooks attached of those known; what is left works."""
    with caplog.at_level(logging.WARNING, "otel_voice"):
        Installation(provider(CREATE, missing), RecordingSink()).install()
        assert client()().create() == "answer"
    (record,) = caplog.records
    assert "attached only 1 of 2 hooks to pytest" in record.message
    assert str(missing) in record.message


def test_an_unsupported_version_is_left_alone(parrot: None, caplog: pytest.LogCaptureFixture) -> None:
    """A version older than we know is not touched, and one line says what to do."""
    old = Provider("parrot", "parrot", "pytest", "9999", "10000", [CREATE])
    with caplog.at_level(logging.WARNING, "otel_voice"):
        Installation(old, RecordingSink()).install()
        assert not isinstance(vars(client())["create"], wrapt.FunctionWrapper)
    assert "Upgrade pytest" in caplog.text


def test_a_coroutine_nobody_awaits_warns_as_it_would(parrot: None) -> None:
    """Python's warning names the SDK's coroutine, once; nothing was observed, for nothing happened."""
    sink = RecordingSink()
    Installation(provider(ACREATE), sink).install()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client()().acreate()
        gc.collect()
    told = [str(each.message) for each in caught if each.category is RuntimeWarning]
    assert told == ["coroutine 'Client.acreate' was never awaited"]
    assert sink.started == []
    assert asyncio.run(client()().acreate()) == "answer"
    assert len(sink.records) == 1


def test_another_instrumentation_may_leave_first(parrot: None) -> None:
    """It puts in its place what was inside, which is our wrapper; when we leave, too, the original is back."""
    original = vars(client())["create"]
    wrapt.wrap_function_wrapper(client(), "create", lambda wrapped, instance, args, kwargs: wrapped(*args, **kwargs))
    installation = Installation(provider(CREATE), RecordingSink())
    installation.install()
    client().create = vars(client())["create"].__wrapped__
    assert client()().create() == "answer"
    installation.uninstall()
    assert vars(client())["create"] is original
