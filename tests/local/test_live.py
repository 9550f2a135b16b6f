"""The live view prints each turn once, soon after it has ended, and the totals at the end."""

import io
import threading

import pytest

from otel_voice.local.errors import StoreError
from otel_voice.local.live import Live
from otel_voice.local.plain import PlainView
from tests.local import payloads


class Screen(io.StringIO):
    """A stream that can wait for a text."""

    encoding = "utf-8"

    def __init__(self):
        super().__init__()
        self.changed = threading.Condition()

    def write(self, text):
        with self.changed:
            self.changed.notify_all()
            return super().write(text)

    def wait_for(self, text):
        with self.changed:
            assert self.changed.wait_for(lambda: text in self.getvalue(), timeout=30)


@pytest.fixture
def screen():
    return Screen()


@pytest.fixture
def live(store, screen):
    live = Live(store, PlainView(screen), settle=0)
    live.start()
    return live


def send(live, *requests):
    for request in requests:
        live.sink(payloads.rows_of(request))


def test_a_turn_is_printed_while_the_program_runs(live, screen):
    """A finished turn is on the screen before the conversation's root has come, and is not printed again."""
    send(live, payloads.call())
    screen.wait_for("turn 1")
    send(live, payloads.traces(payloads.root()))
    live.finish()
    assert screen.getvalue().count("turn 1,") == 1
    assert "total     completed, 10.00 s, 1 turn" in screen.getvalue()


def test_what_comes_after_its_turn_was_printed_is_not_lost(live, screen):
    """A late log line is printed at the end, under its turn, alone."""
    send(live, payloads.call())
    screen.wait_for("TTS")
    send(live, payloads.logs(payloads.log("late", 3, turn=1)))
    live.finish()
    assert screen.getvalue().count("nova-3  ") == 1
    assert "late" in screen.getvalue()


def test_a_crash_shows_the_turn_that_never_ended(live, screen):
    """Without a turn span and without a root the operations are shown, and that nothing ended."""
    send(live, payloads.traces(payloads.operation(2, "chat", "gpt", 0, 1)))
    live.finish()
    assert "turn 1, 1.00 s, not ended" in screen.getvalue()
    assert "total     not ended" in screen.getvalue()


def test_two_calls_at_once_are_told_apart(live, screen):
    """When calls alternate each turn stands under the heading of its own call."""
    send(live, payloads.call("a"))
    screen.wait_for("conversation a agent")
    send(live, payloads.call("b"))
    screen.wait_for("conversation b agent")
    live.finish()
    assert screen.getvalue().count("turn 1,") == 2


def test_another_runs_conversations_are_not_shown(live, store, screen):
    """What another process puts into the same store is not this program's."""
    store.add(payloads.rows_of(payloads.call("theirs")))
    store.add(payloads.rows_of(payloads.logs(payloads.log("theirs", 1, conversation=None), service="other")))
    send(live, payloads.call("ours"))
    live.finish()
    assert "theirs" not in screen.getvalue() and "ours" in screen.getvalue()


def test_a_failing_store_is_said_once(live, store, screen):
    """When nothing can be kept the line comes once, and every sender is told."""
    store.close()
    for _ in range(3):
        with pytest.raises(StoreError):
            send(live, payloads.call())
    live.finish()
    assert screen.getvalue().count("otel-voice: ") == 1


def test_a_reader_that_is_gone_is_no_reason_to_fail(store):
    """When standard error is closed the view falls silent and the program goes on."""

    class Gone(Screen):
        def write(self, text):
            raise BrokenPipeError

    live = Live(store, PlainView(Gone()), settle=0)
    live.start()
    send(live, payloads.call())
    live.finish()
    assert live.conversations == ("call-1",)


def test_waiting_for_late_data_is_bounded(live):
    """The wait ends though data never stops coming, and at once when none may come."""
    live.wait_until_quiet(quiet=60, at_most=0.01)
    live.wait_until_quiet(quiet=0, at_most=60)
    live.finish()
