"""pyttsx3, 2.90 to 2.x: the voices of the operating system, told of by events of a driver.

`say` puts a text into a queue; when a loop of the engine runs, the driver takes it from there, says that it begins,
and that it has ended. No event tells when it is first heard: a driver may begin to play when all of it is made.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Running, Sink, collected, settle
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.noting import Noter, noting
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers.hearing import MARK


class Speaking:
    """What one driver was asked to say, and what it is saying."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.voice: str | None = None
        self.asked: deque[str] = deque()
        self._running: Running | None = None

    def begin(self, proxy: Any) -> None:
        """The driver begins with the last text that it has taken; some drivers forget what they had taken before."""
        settle()
        self.leave()
        while len(self.asked) > _waiting(proxy) + 1:
            self.asked.popleft()
        if len(self.asked) == _waiting(proxy):
            return  # nothing that was asked of us: another instrumentation, or a driver that repeats itself
        text = self.asked.popleft()
        record = TextToSpeech("pyttsx3")
        record.request_model = proxy._module.__name__.rpartition(".")[2]
        record.voice = self.voice
        record.characters = len(text)
        record.text_content = text if self.sink.wants_content else None
        self._running = Running(record, self.sink)

    def end(self, completed: bool) -> None:
        """The driver has said it, or was stopped."""
        running, self._running = self._running, None
        if running is not None:
            running.complete() if completed else running.interrupt()

    def fail(self, error: BaseException) -> None:
        """The driver failed."""
        running, self._running = self._running, None
        if running is not None:
            running.fail(error)

    def leave(self) -> None:
        """Whatever is being said is not wanted any more."""
        self.end(completed=False)

    def __del__(self) -> None:
        guarded(collected, self.sink, self.leave)


class Asked(Noter):
    """A text is to be said."""

    def before(self, call: Call) -> None:
        _speaking_of(call.instance, self.sink).asked.append(str(call.argument(0, "text")))


class Events(Noter):
    """The driver tells what it does."""

    def before(self, call: Call) -> None:
        topic, speaking = call.argument(0, "topic"), vars(call.instance).get(MARK)
        if speaking is None:
            return
        if topic == "started-utterance":
            speaking.begin(call.instance)
        elif topic == "finished-utterance":
            speaking.end(bool(call.kwargs.get("completed")))
        elif topic == "error":
            speaking.fail(call.kwargs["exception"])


class Stopped(Noter):
    """What was asked for and not begun will not be said."""

    def before(self, call: Call) -> None:
        speaking = vars(call.instance).get(MARK)
        if speaking is not None:
            speaking.asked.clear()


class Over(Stopped):
    """The loop has ended, and with it what a driver was saying."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        speaking = vars(call.instance).get(MARK)
        if speaking is not None:
            speaking.leave()


class Property(Noter):
    """A voice is chosen."""

    def after(self, call: Call, noted: Any, result: Any) -> None:
        value = call.argument(1, "value")
        if call.argument(0, "name") == "voice" and isinstance(value, str):
            _speaking_of(call.instance, self.sink).voice = value


def _speaking_of(proxy: Any, sink: Sink) -> Speaking:
    speaking: Speaking | None = vars(proxy).get(MARK)
    if speaking is None or speaking.sink is not sink:
        speaking = vars(proxy)[MARK] = Speaking(sink)
    return speaking


def _waiting(proxy: Any) -> int:
    """How many texts the driver has not taken yet."""
    driver = proxy._driver
    takers = [getattr(driver, name, None) for name in ("say", "save_to_file")]
    return sum(method in takers for method, *_ in proxy._queue)


_MODULE = "pyttsx3.driver"

PROVIDER = Provider(
    name="pyttsx3",
    package="pyttsx3",
    distribution="pyttsx3",
    since="2.90",
    before="3",
    points=(
        Point(_MODULE, "DriverProxy.say", noting, Asked),
        Point(_MODULE, "DriverProxy.save_to_file", noting, Asked),
        Point(_MODULE, "DriverProxy.setProperty", noting, Property),
        Point(_MODULE, "DriverProxy.notify", noting, Events),
        Point(_MODULE, "DriverProxy.stop", noting, Stopped),
        Point(_MODULE, "DriverProxy.endLoop", noting, Over),
    ),
    surfaces={"Engine": "say, save_to_file; one span for each text, from the driver's start to its end"},
)
