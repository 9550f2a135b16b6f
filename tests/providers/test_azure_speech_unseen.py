"""Azure's SDK is a native library that calls back: the program cannot tell that we listen, too."""

from __future__ import annotations

import contextvars
import gc
import logging
import subprocess
import sys
import threading
import weakref
from typing import Any

import pytest
from opentelemetry import context as otel_context

from otel_voice.capture import guard
from otel_voice.observation.records import Outcome
from otel_voice.providers.azure_speech import PROVIDER
from otel_voice.providers.azure_speech_native import RECOGNITION, SYNTHESIS
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing, until
from tests.providers.azure_speech_calls import WAIT, listening, observed, speaking, speech, speechsdk, write

SAID = "Hello there."
DIRECTIVES = f"first=0,transcript={SAID}|And again."
SINK_HOOKS = ("start", "first_chunk", "finish", "session_opened", "held_here", "session_closed", "inside")
LEFT = """
import sys, threading, time
import azure.cognitiveservices.speech as speechsdk
from tests.providers.azure_speech_calls import config, observed, speech, write
from tests.capture_sink import RecordingSink

class Address:
    websocket_url = sys.argv[1]

watch = observed()
sink = watch.__enter__() if "watched" in sys.argv else None
stream = speechsdk.audio.PushAudioInputStream()
audio = speechsdk.audio.AudioConfig(stream=stream)
recognizer = speechsdk.SpeechRecognizer(config(Address, "first=0"), audio)
synthesizer = speechsdk.SpeechSynthesizer(config(Address, "first=0,interval=0.001,chunks=1000"), None)
recognizer.start_continuous_recognition()
synthesizer.speak_text_async("This goes on and on. " * 20)
def talk():
    while True:
        write(stream, speech("a few words"))
threading.Thread(target=talk, daemon=True).start()
deadline = time.monotonic() + 20
while sink is not None and not sink.records and time.monotonic() < deadline:
    time.sleep(0.001)
print("left", len(sink.records) if sink is not None else 0)
"""


def results(simulators: Simulators) -> list[Any]:
    """What a program gets out of every way to ask."""
    recognizer, stream = listening(simulators, DIRECTIVES)
    write(stream, speech())
    once = recognizer.recognize_once()
    synthesizer = speaking(simulators)
    spoken = synthesizer.speak_text(SAID)
    streamed = speechsdk.AudioDataStream(synthesizer.start_speaking_text(SAID))
    buffer, read = bytes(1000), b""
    while filled := streamed.read_data(buffer):
        read += buffer[:filled]
    refused = speaking(simulators, "fail=401").speak_text(SAID)
    return [
        (type(once), once.text, once.offset, once.duration, once.reason),
        (type(spoken), spoken.audio_data, spoken.reason, spoken.audio_duration),
        (type(streamed), read, streamed.status),
        (refused.reason, refused.cancellation_details.error_code, refused.cancellation_details.error_details),
    ]


def test_the_results_are_the_same(simulators: Simulators) -> None:
    """Values, types, and errors, which are results here."""
    bare = results(simulators)
    with observed():
        assert results(simulators) == bare


async def test_no_handler_is_seen(simulators: Simulators) -> None:
    """No event counts as connected while we listen to all of them."""
    with observed() as sink:
        recognizer, stream = listening(simulators, DIRECTIVES)
        synthesizer = speaking(simulators, "first=0.02,interval=0.01")
        recognizer.start_continuous_recognition()
        synthesizer.speak_text_async(SAID)
        write(stream, speech())
        signals = [getattr(recognizer, name) for name in RECOGNITION]
        signals += [getattr(synthesizer, name) for name in SYNTHESIS]
        assert not any(signal.is_connected() for signal in signals)
        stream.close()
        await until(lambda: sink.closed and len(sink.records) == 2, "both have ended")
        assert not any(signal.is_connected() for signal in signals)
    assert sink.outcomes == [Outcome.COMPLETED] * 2


def test_handlers_are_called_in_their_order(simulators: Simulators) -> None:
    """Those from before the operation, and those that are connected in the middle of it."""
    with observed() as sink:
        recognizer, stream = listening(simulators, DIRECTIVES)
        called: list[str] = []
        heard, stopped = threading.Event(), threading.Event()
        recognizer.recognized.connect(lambda _: called.append("first"))
        recognizer.start_continuous_recognition()
        recognizer.recognized.connect(lambda _: called.append("second"))
        recognizer.recognized.connect(lambda _: heard.set())
        recognizer.recognizing.connect(lambda _: called.append("partial"))
        recognizer.session_stopped.connect(lambda _: stopped.set())
        write(stream, speech())
        assert heard.wait(WAIT)
        recognizer.stop_continuous_recognition()
        assert stopped.wait(WAIT)
    finals = [name for name in called if name != "partial"]
    assert finals[:2] == ["first", "second"]
    assert called[0] == "partial"
    assert len(sink.records) == 1
    assert sink.closed == sink.opened


async def test_a_handler_that_raises_or_leaves(simulators: Simulators) -> None:
    """An error of a handler is the SDK's to swallow; after `disconnect_all` a result is still told by `get`."""

    def raises(_: Any) -> None:
        raise ValueError("the program's own")

    with observed() as sink:
        recognizer, stream = listening(simulators, DIRECTIVES)
        recognizer.recognized.connect(raises)
        write(stream, speech())
        assert recognizer.recognize_once().text == SAID
        future = recognizer.recognize_once_async()
        recognizer.recognized.disconnect_all()
        write(stream, speech())
        future.get()
    assert sink.outcomes == [Outcome.COMPLETED] * 2


def test_a_recogniser_is_not_kept(simulators: Simulators) -> None:
    """It is collected when the program drops it, and so are its handlers."""
    with observed() as sink:
        recognizer, stream = listening(simulators, DIRECTIVES)
        synthesizer = speaking(simulators)
        write(stream, speech())
        future = recognizer.recognize_once_async()
        result = future.get()
        synthesizer.speak_text(SAID)
        gone = [weakref.ref(each) for each in (recognizer, synthesizer, stream)]
        del recognizer, synthesizer, stream
        gc.collect()
        assert [reference() for reference in gone] == [None] * 3
        assert result.text == SAID
        del future
        gc.collect()
    assert sink.closed == sink.opened


def test_the_context_is_the_same_after_it(simulators: Simulators) -> None:
    """OpenTelemetry's context and every context variable are what they were."""
    with observed():
        before, variables = otel_context.get_current(), dict(contextvars.copy_context())
        results(simulators)
        assert otel_context.get_current() is before
        assert dict(contextvars.copy_context()) == variables


def test_suppressed(simulators: Simulators) -> None:
    """A sink that is switched off sees nothing."""
    sink = RecordingSink()
    sink.on = False
    with observing(PROVIDER, sink):
        results(simulators)
    assert sink.started == sink.opened == []


async def test_left_behind(simulators: Simulators) -> None:
    """What began while we were installed ends after we left, once."""
    with observed() as sink:
        recognizer, stream = listening(simulators, DIRECTIVES)
        recognizer.start_continuous_recognition()
        synthesizer = speaking(simulators, "first=0.05,interval=0.01")
        future = synthesizer.speak_text_async(SAID)
        write(stream, speech()[:-32000])
        await until(lambda: len(sink.started) == 2, "both have begun")
    future.get()
    recognizer.stop_continuous_recognition()
    await until(lambda: len(sink.records) == 2, "both have ended")
    assert sink.closed == sink.opened
    synthesizer.speak_text(SAID)
    write(stream, speech())
    assert len(sink.started) == 2


@pytest.mark.parametrize("hook", SINK_HOOKS)
def test_a_broken_sink_harms_nobody(
    simulators: Simulators, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, hook: str
) -> None:
    """Whichever method of the sink raises, the program gets the same results."""

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a hook of ours")

    monkeypatch.setattr(guard, "strict", False)
    monkeypatch.setattr(guard, "_reported", set())
    bare = results(simulators)
    with caplog.at_level(logging.WARNING, "otel_voice"):
        with observing(PROVIDER, type("Broken", (RecordingSink,), {hook: broken})()):
            assert results(simulators) == bare
        gc.collect()


def test_an_error_of_the_sdk_is_the_programs(simulators: Simulators) -> None:
    """What it raises reaches the program as the very object, and is one failed record."""
    with observed() as sink:
        with pytest.raises(TypeError) as caught:
            speaking(simulators).speak_text(None)
        assert sink.errors == [caught.value]
        assert sink.outcomes == [Outcome.FAILED]


@pytest.mark.parametrize("how", ["bare", "watched"])
def test_a_program_may_end_in_the_middle(simulators: Simulators, how: str) -> None:
    """The library still calls back while the interpreter ends: the program ends as it does without us."""
    command = (sys.executable, "-X", "faulthandler", "-c", LEFT, simulators.websocket_url, how)
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("left")
