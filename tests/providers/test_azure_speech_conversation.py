"""A conversation that the Azure Speech SDK hears and speaks, on threads of its own, told by the real telemetry."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import pytest

from otel_voice.simulators.server import Simulators
from otel_voice.telemetry import names
from tests.providers.azure_speech_calls import WAIT, listening, speaking, speech, write
from tests.providers.test_realtime_conversation import latencies, told, tree
from tests.signals import Signals

SAID = ["A table for two.", "At eight."]
HEARD = "speech_to_text"
SPOKEN = "text_to_speech"


def converse(simulators: Simulators, answer: Callable[[Any], Any]) -> None:
    """The user says two things, the second when the first is answered; `answer` runs in the library's thread."""
    recognizer, stream = listening(simulators, f"first=0,transcript={'|'.join(SAID)}")
    stopped = threading.Event()
    recognizer.recognized.connect(lambda event: answer(event.result.text) if event.result.text else None)
    recognizer.session_stopped.connect(lambda _: stopped.set())
    recognizer.start_continuous_recognition()
    for _ in SAID:
        write(stream, speech())
        answer(None)
    stream.close()
    assert stopped.wait(WAIT)
    recognizer.stop_continuous_recognition()


@pytest.mark.parametrize("thread", ["main", "handler"])
def test_what_is_heard_and_what_is_answered_are_turns(simulators: Simulators, signals: Signals, thread: str) -> None:
    """Whether the program answers in its own thread or in the handler, which the library calls without a context."""
    with told("azure_speech", signals):
        synthesizer = speaking(simulators, "first=0.01,interval=0.001")
        synthesizer.synthesizing.connect(lambda _: None)
        texts: queue.Queue[str] = queue.Queue()

        def answer(text: str | None) -> None:
            if text is None:
                said = texts.get(timeout=WAIT)
                if thread == "main":
                    synthesizer.speak_text(said)
                return
            if thread == "handler":
                synthesizer.speak_text(text)
            texts.put(text)

        converse(simulators, answer)
    assert [operations for _, operations in tree(signals)] == [[HEARD, SPOKEN]] * 2
    assert len(latencies(signals)) == 2
    heard = [span for span in signals.spans() if span.name == HEARD]
    assert {span.attributes[names.GEN_AI_PROVIDER_NAME] for span in heard if span.attributes} == {"azure.ai.speech"}
    assert len({span.context.trace_id for span in signals.spans() if span.context}) == 1


def test_a_program_that_hears_one_utterance_after_the_other(simulators: Simulators, signals: Signals) -> None:
    """Each `recognize_once` opens a turn in the one conversation of its recogniser; nothing is left open."""
    with told("azure_speech", signals):
        synthesizer = speaking(simulators)
        synthesizer.synthesizing.connect(lambda _: None)
        recognizer, stream = listening(simulators, f"first=0,transcript={'|'.join(SAID)}")
        for _ in SAID:
            write(stream, speech())
            synthesizer.speak_ssml(_ssml(recognizer.recognize_once().text))
    assert [operations for _, operations in tree(signals)] == [[HEARD, SPOKEN]] * 2
    connected = [names.VOICE_TTS_CONNECTION_DURATION in (span.attributes or {}) for span in signals.spans()]
    assert sum(connected) == 1
    assert len([span for span in signals.spans() if span.name == "conversation"]) == 1


def test_a_refusal_is_an_error_span(simulators: Simulators, signals: Signals) -> None:
    """With the status as its type, although the SDK raised nothing."""
    with told("azure_speech", signals):
        speaking(simulators, "fail=429").speak_text("Hello.")
    span = signals.span(SPOKEN)
    assert span.status.is_ok is False
    assert span.attributes is not None
    assert span.attributes[names.ERROR_TYPE] == "429"


def _ssml(text: str) -> str:
    inside = f"<voice name='en-US-AvaNeural'>{text}</voice>"
    return f"<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'>{inside}</speak>"
