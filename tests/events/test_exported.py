"""In a program of its own: over OTLP, with the SDK disabled, without any SDK, and in a forked child."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_voice.telemetry import names
from tests.distro.program import clean_environment, run
from tests.distro.sink import Sink
from tests.schema_check import check_sink

EVERYTHING = """
import asyncio
import logging
import otel_voice

logging.getLogger("otel_voice").setLevel(logging.CRITICAL)


@otel_voice.traced(component="billing")
def settle():
    logging.getLogger("app").warning("settled")
    otel_voice.record_error(ValueError("half \\ud83d pair"), order=10**400)


@otel_voice.tool("book")
async def book():
    async with otel_voice.integration("calendar", "book"):
        await asyncio.sleep(0)


settle()
with otel_voice.conversation("call-1"), otel_voice.timer("work"):
    asyncio.run(book())
otel_voice.event("queue.depth", queue="night", depth=float("nan"))
otel_voice.event("order.shipped", **{"\\ud83d": "\\ud83d", "nan": float("nan"), "much": 2**63, "deep": [[[]]]})
otel_voice.message("inbound", "sms", "received")
otel_voice.alert("critical", "No line", "It refuses.", "refused", 7.5, 5)
"""


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


def test_everything_arrives(sink: Sink, tmp_path: Path) -> None:
    """No value spoils the batch that it is in; all of it is as the schema declares."""
    done = run(tmp_path, EVERYTHING, {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint})
    assert (done.status, done.out) == (0, ""), done.err
    assert {span.name for span in sink.spans()} == {
        "settle", "conversation", "work", "execute_tool book", "calendar book",
    }  # fmt: skip
    events = [log.event_name for log in sorted(sink.logs(), key=lambda log: log.time) if log.event_name]
    assert events == [
        "exception",
        "voice.conversation.started",
        "voice.tool.called",
        "voice.integration.request",
        "voice.integration.success",
        "voice.tool.success",
        "voice.timer.completed",
        "voice.conversation.ended",
        "voice.queue.depth",
        "order.shipped",
        "voice.message.received",
        "voice.alert",
    ]
    check_sink(sink, ["order", "\\ud83d", "nan", "much", "deep"])


def test_a_log_record_names_the_component_that_it_was_written_in(sink: Sink, tmp_path: Path) -> None:
    """The program's own records too, and no others."""
    done = run(tmp_path, EVERYTHING + 'logging.getLogger("app").warning("later")', {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint})  # fmt: skip  # noqa: E501
    assert done.status == 0, done.err
    components = {log.body: log.attributes.get(names.VOICE_COMPONENT) for log in sink.logs()}
    assert components["settled"] == "billing"
    assert components["later"] is None


def test_nothing_is_sent_while_the_sdk_is_disabled(sink: Sink, tmp_path: Path) -> None:
    """And nothing is different for the program."""
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint, "OTEL_SDK_DISABLED": "true"}
    done = run(tmp_path, EVERYTHING + 'print("done")', environment)
    assert (done.status, done.out) == (0, "done\n"), done.err
    assert (sink.spans(), sink.logs(), sink.points()) == ([], [], [])


def test_without_an_sdk_nothing_happens(tmp_path: Path) -> None:
    """The helpers may stay in a program that is run without any of it."""
    path = tmp_path / "program.py"
    path.write_text(EVERYTHING)
    done = subprocess.run((sys.executable, path), env=clean_environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "settled\n")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_says_its_own(tmp_path: Path) -> None:
    """While threads of the parent are in the middle of saying something, it waits for none of their locks."""
    path = tmp_path / "program.py"
    path.write_text(FORKING)
    done = subprocess.run(
        (sys.executable, path), env=clean_environment(), capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (0, "20 children\n"), done.stderr


FORKING = """
import os
import threading
import otel_voice

stop = threading.Event()


def say():
    with otel_voice.timer("work"):
        otel_voice.alert("info", "title", "message")
        otel_voice.event("queue.depth", queue="night", depth=1)


def talk():
    while not stop.is_set():
        say()


say()  # Python itself holds a lock while a module is imported for the first time
threads = [threading.Thread(target=talk) for _ in range(4)]
for thread in threads:
    thread.start()
children = 0
for _ in range(20):
    child = os.fork()
    if not child:
        say()
        os._exit(7)
    children += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
stop.set()
for thread in threads:
    thread.join()
print(children, "children")
"""
