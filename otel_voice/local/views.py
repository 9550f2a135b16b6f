"""What a view can show, the choice between them, and the order in which a whole conversation is told."""

from __future__ import annotations

from typing import Final, Protocol, TextIO

from otel_voice.local import wording
from otel_voice.local.plain import PlainView
from otel_voice.local.records import Alone, Conversation, LogLine, Operation, Turn

# A busy program logs without end; what is older is in `otel-voice export`.
_MOST_ALONE: Final = 20


class View(Protocol):
    """Prints whole lines, one thing after the other; nothing that was printed is ever drawn over."""

    def heading(self, id: str, detail: str) -> None:
        """What follows belongs to this conversation."""

    def turn(self, turn: Turn) -> None:
        """A turn with its operations and log lines, in the order of time."""

    def loose(self, title: str, operations: tuple[Operation, ...], logs: tuple[LogLine, ...]) -> None:
        """Operations and log lines outside of a turn; prints nothing when there are none."""

    def summary(self, conversation: Conversation) -> None:
        """The totals of a conversation."""

    def note(self, text: str) -> None:
        """A line about the command itself."""


def view_for(stream: TextIO) -> View:
    """The coloured view on a terminal when rich is installed, else plain lines."""
    if not stream.isatty():
        return PlainView(stream)
    try:
        from otel_voice.local.terminal import TerminalView
    except ImportError:
        return PlainView(stream)
    return TerminalView(stream)


def show(view: View, conversation: Conversation) -> None:
    """The whole conversation: heading, totals, turns, what is outside of turns."""
    view.heading(conversation.id, f"{conversation.service} {wording.date(conversation.start_ns)}".lstrip())
    view.summary(conversation)
    for turn in conversation.turns:
        view.turn(turn)
    view.loose("outside of turns", conversation.operations, conversation.logs)


def show_alone(view: View, alone: Alone) -> None:
    """What belongs to no conversation."""
    view.loose("outside of any conversation", alone.operations[-_MOST_ALONE:], alone.logs[-_MOST_ALONE:])
    left_out = len(alone.operations[:-_MOST_ALONE]) + len(alone.logs[:-_MOST_ALONE])
    if left_out:
        view.note(f"{left_out:,} earlier operations and log lines outside of any conversation are not shown here")
