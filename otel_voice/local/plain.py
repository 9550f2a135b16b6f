"""The view as plain lines, for a pipe, a file or a terminal without rich: one fact after the other, easy to grep."""

from __future__ import annotations

from typing import TextIO

from otel_voice.local import wording
from otel_voice.local.records import Conversation, LogLine, Operation, Turn
from otel_voice.local.timeline import in_time


class PlainView:
    """Writes plain lines to a text stream; letters that its encoding lacks are replaced."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def heading(self, id: str, detail: str) -> None:
        """See View."""
        self._line(f"conversation {wording.clean(id)} {wording.clean(detail)}".rstrip())

    def turn(self, turn: Turn) -> None:
        """See View."""
        self._line(f"  {turn_line(turn)}")
        self._items(turn.start_ns, turn.operations, turn.logs)

    def loose(self, title: str, operations: tuple[Operation, ...], logs: tuple[LogLine, ...]) -> None:
        """See View."""
        if operations or logs:
            self._line(f"  {title}")
            first = min([one.start_ns for one in operations] + [line.time_ns for line in logs])
            self._items(first, operations, logs)

    def summary(self, conversation: Conversation) -> None:
        """See View."""
        for line in summary_lines(conversation):
            self._line(f"  {line}")

    def note(self, text: str) -> None:
        """See View."""
        self._line(f"otel-voice: {text}")

    def _items(self, start_ns: int, operations: tuple[Operation, ...], logs: tuple[LogLine, ...]) -> None:
        for item in in_time(operations, logs):
            line = operation_line(item, start_ns) if isinstance(item, Operation) else log_line(item)
            self._line(f"    {line}")

    def _line(self, text: str) -> None:
        encoding = self._stream.encoding or "ascii"
        self._stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self._stream.flush()


def turn_line(turn: Turn) -> str:
    """A turn in one line."""
    parts = [wording.turn_name(turn), wording.seconds(turn.duration_s)]
    if turn.latency_s is not None:
        parts.append(f"response {wording.seconds(turn.latency_s)}")
    spent = wording.stages(turn)
    if spent:
        parts[-1] += f" ({' + '.join(spent)})"
    return ", ".join(parts + wording.turn_marks(turn))


def operation_line(operation: Operation, start_ns: int) -> str:
    """An operation in one line; `start_ns` is the moment that offsets count from."""
    offset = (operation.start_ns - start_ns) / 1e9
    parts = [wording.seconds(operation.duration_s), *wording.marks(operation)]
    if operation.interrupted:
        parts.append("interrupted")
    if operation.error is not None:
        parts.append(f"error {wording.clean(operation.error)}")
    text = f'  "{wording.clean(operation.text)}"' if operation.text else ""
    return f"{offset:+8.3f}s {operation.kind.value:<4} {wording.clean(operation.name)}  {', '.join(parts)}{text}"


def log_line(line: LogLine) -> str:
    """A log line."""
    return f"{wording.clock(line.time_ns)} {wording.clean(line.level):<5} {wording.clean(line.text)}"


def summary_lines(conversation: Conversation) -> list[str]:
    """The totals of a conversation, one kind to a line."""
    found = [
        ("total", ", ".join(wording.totals(conversation))),
        ("response", wording.response(conversation)),
        ("models", "; ".join(wording.models(conversation))),
        ("usage", ", ".join(wording.usage(conversation))),
        ("cost", wording.cost(conversation)),
    ]
    return [f"{name:<9} {text}" for name, text in found if text]
