"""pyttsx3's engine with its own dummy driver, which tells every event of a voice, and makes no sound.

The voices of an operating system are on few machines that run tests; what differs between drivers is when they tell
an event, and that is put in place here.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers.pyttsx3 import PROVIDER
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing

pytest.importorskip("pyttsx3", reason="pyttsx3 is not installed")

from pyttsx3.engine import Engine

WORDS = "good morning"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def turn(engine: Any) -> None:
    """Run the engine's loop for as long as it has something to do; the driver's own sleeps."""
    engine.startLoop(False)
    engine.iterate()
    engine.endLoop()


def texts(sink: RecordingSink) -> list[str | None]:
    return [record.text_content for record in sink.records if isinstance(record, TextToSpeech)]


def test_each_text_is_one_record_when_it_is_said(sink: RecordingSink) -> None:
    """Nothing happens before the loop runs; then in the order in which the driver says them."""
    engine = Engine("dummy")
    heard: list[str] = []
    engine.connect("started-utterance", lambda name: heard.append(name))
    assert engine.say(WORDS, "greeting") is None
    engine.say("goodbye", "leaving")
    assert not sink.started
    turn(engine)
    assert heard == ["greeting", "leaving"]
    assert texts(sink) == [WORDS, "goodbye"]
    assert sink.outcomes == [Outcome.COMPLETED] * 2
    record = sink.records[0]
    assert isinstance(record, TextToSpeech)
    assert (record.provider, record.request_model, record.server_address) == ("pyttsx3", "dummy", None)
    assert record.characters == len(WORDS)
    assert record.first_chunk_ns is None  # no event says when it is heard
    assert not sink.first_chunks


def test_a_driver_that_takes_all_and_says_the_last(sink: RecordingSink) -> None:
    """As that for eSpeak does: what it has forgotten was never said."""
    engine = Engine("dummy")
    driver = engine.proxy._driver
    taken: list[str] = []
    driver.say = taken.append
    engine.say("forgotten")
    engine.say(WORDS)
    engine.startLoop(False)
    engine.iterate()
    assert taken == ["forgotten", WORDS]
    driver._proxy.notify("started-utterance")
    driver._proxy.notify("finished-utterance", completed=True)
    engine.endLoop()
    assert texts(sink) == [WORDS]
    assert len(sink.started) == 1


def test_what_is_stopped_was_interrupted(sink: RecordingSink) -> None:
    """By the event of a driver that was stopped, by the end of the loop, and with the engine; what waited is gone."""
    for ending in ("event", "loop", "engine"):
        engine = Engine("dummy")
        driver = engine.proxy._driver
        driver.say = lambda text, driver=driver: driver._proxy.notify("started-utterance")
        engine.say(ending)
        engine.startLoop(False)
        engine.iterate()
        if ending == "event":
            engine.stop()
            driver._proxy.notify("finished-utterance", completed=False)
        elif ending == "loop":
            engine.endLoop()
        del engine, driver
        gc.collect()
    assert texts(sink) == ["event", "loop", "engine"]
    assert sink.outcomes == [Outcome.INTERRUPTED] * 3


def test_its_error_is_the_programs_and_the_records(sink: RecordingSink) -> None:
    """pyttsx3 raises nothing: it tells by an event, which has the very exception."""
    engine = Engine("dummy")
    error, told = OSError("the device is gone"), []
    engine.connect("error", lambda name, exception: told.append(exception))

    def say(text: str) -> None:
        engine.proxy.notify("started-utterance")
        raise error

    engine.proxy._driver.say = say
    engine.say(WORDS)
    turn(engine)
    assert told == [error]
    assert sink.only(TextToSpeech).outcome is Outcome.FAILED
    assert sink.errors == [error]


def test_what_is_derived_is_heard_and_uninstalling_leaves_it() -> None:
    """A class of the program's own; after uninstalling it speaks as before, and nobody looks."""

    class Own(Engine):
        pass

    engine = Own("dummy")
    with observing(PROVIDER) as sink:
        engine.setProperty("rate", 180)
        engine.say(WORDS)
        turn(engine)
        assert sink.only(TextToSpeech).text_content is None
    heard: list[str] = []
    engine.connect("started-utterance", lambda name: heard.append(name))
    engine.say(WORDS, "again")
    turn(engine)
    assert heard == ["again"]
    assert len(sink.started) == 1
