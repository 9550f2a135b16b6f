"""The coloured view: under each turn its operations as bars on the turn's time axis, log lines between them."""

from __future__ import annotations

from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from otel_voice.local import bars, wording
from otel_voice.local.bars import Axis, Bar
from otel_voice.local.records import Conversation, Kind, LogLine, Operation, Turn
from otel_voice.local.timeline import in_time

_COLOURS: Final = {
    Kind.SPEECH_TO_TEXT: "cyan",
    Kind.INFERENCE: "magenta",
    Kind.TOOL: "yellow",
    Kind.AGENT: "blue",
    Kind.TEXT_TO_SPEECH: "green",
}
_LEVELS: Final = {"WARN": "yellow", "ERROR": "red", "CRITICAL": "bold red", "FATAL": "bold red"}
_LABEL: Final = 7
_DURATION: Final = 10
# Under this many columns there is no room for a bar that says anything.
_NARROW: Final = 60


class TerminalView:
    """Prints to a terminal through rich; lines are cut at its width, never wrapped."""

    def __init__(self, stream: TextIO, width: int | None = None) -> None:
        self._console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
        self._glyphs = bars.glyphs_for(stream.encoding)

    def heading(self, id: str, detail: str) -> None:
        """See View."""
        line = Text().append(f"{self._glyphs.rule * 2} ", "dim").append("conversation ", "bold")
        line.append(wording.clean(id), "bold cyan").append(f"  {wording.clean(detail)} ", "dim")
        line.append(self._glyphs.rule * max(0, self._console.width - line.cell_len), "dim")
        self._console.print()
        self._print(line)

    def turn(self, turn: Turn) -> None:
        """See View."""
        axis = bars.axis_of(turn, self._bar_width())
        self._print(self._turn_line(turn, axis))
        spent = wording.stages(turn)
        if spent:
            self._print(Text(" " * (2 + _LABEL)).append(" + ".join(spent), "dim"))
        self._items(axis, turn.operations, turn.logs)

    def loose(self, title: str, operations: tuple[Operation, ...], logs: tuple[LogLine, ...]) -> None:
        """See View."""
        if not operations and not logs:
            return
        self._print(Text().append(f"  {title}", "bold"))
        starts = [one.start_ns for one in operations] or [0]
        ends = [one.end_ns for one in operations] or [1]
        self._items(Axis(min(starts), max(ends), self._bar_width()), operations, logs)

    def summary(self, conversation: Conversation) -> None:
        """See View."""
        first = Text("  ").append(wording.clean(wording.outcome(conversation)), _outcome_colour(conversation))
        for part in wording.totals(conversation)[1:]:
            first.append(self._glyphs.dot, "dim").append(part, "red" if "error" in part else "")
        self._print(first)
        self._fact("response", wording.response(conversation))
        self._fact("models", self._glyphs.dot.join(wording.models(conversation)))
        self._fact("usage", self._glyphs.dot.join(wording.usage(conversation)))
        self._fact("cost", wording.cost(conversation))

    def note(self, text: str) -> None:
        """See View."""
        self._console.print(Text().append("otel-voice ", "bold cyan").append(text, "dim"), soft_wrap=True)

    def _fact(self, name: str, text: str) -> None:
        if text:
            self._print(Text().append(f"  {name:<9}", "dim").append(text))

    def _turn_line(self, turn: Turn, axis: Axis) -> Text:
        line = Text().append(f"  {wording.turn_name(turn)}", "bold")
        line.pad_right(max(1, 2 + _LABEL + self._name_width() - line.cell_len))
        quiet = bars.silence(turn, axis) if axis.width else None
        colour = _latency_colour(turn.latency_s)
        line.append_text(self._silence(quiet, colour) if quiet else Text(" " * axis.width))
        line.append(f"{wording.seconds(turn.duration_s):>{_DURATION}}  ", "bold")
        if turn.latency_s is not None:
            line.append(f"response {wording.seconds(turn.latency_s)}", f"bold {colour}")
        for mark in wording.turn_marks(turn):
            line.append(f"  {mark}", "bold red" if "error" in mark else "bold yellow")
        return line

    def _silence(self, quiet: Bar, colour: str) -> Text:
        glyphs = self._glyphs
        inside = glyphs.left + glyphs.line * (quiet.first - 2) + glyphs.right
        drawn = inside if quiet.first >= 2 else glyphs.left
        return Text(" " * quiet.before).append(drawn, colour).append(" " * quiet.after)

    def _items(self, axis: Axis, operations: tuple[Operation, ...], logs: tuple[LogLine, ...]) -> None:
        for item in in_time(operations, logs):
            if isinstance(item, LogLine):
                self._print(_log_line(item))
                continue
            self._print(self._operation_line(item, axis))
            if item.text:
                self._print(Text(f"  {'':<{_LABEL}}").append(f'"{wording.clean(item.text)}"', "italic dim"))

    def _operation_line(self, operation: Operation, axis: Axis) -> Text:
        colour = _COLOURS[operation.kind]
        line = Text("    ").append(f"{operation.kind.value:<{_LABEL - 2}}", f"bold {colour}")
        name = Text(wording.clean(operation.name))
        name.truncate(self._name_width() - 1, overflow="ellipsis" if self._glyphs is bars.UNICODE else "crop")
        name.pad_right(self._name_width() - name.cell_len)
        line.append_text(name)
        if axis.width:
            line.append_text(self._bar(operation, axis, "red" if operation.error else colour))
        line.append(f"{wording.seconds(operation.duration_s):>{_DURATION}}  ")
        if operation.error:
            line.append(f"error {wording.clean(operation.error)}  ", "bold red")
        if operation.interrupted:
            line.append("interrupted  ", "bold yellow")
        return line.append(self._glyphs.dot.join(wording.marks(operation)), "dim")

    def _bar(self, operation: Operation, axis: Axis, colour: str) -> Text:
        drawn = bars.bar(operation, axis)
        work, wait = self._glyphs.work, self._glyphs.wait
        first, second = (wait, work) if bars.waits_first(operation) else (work, wait)
        line = Text(" " * drawn.before)
        return line.append(first * drawn.first + second * drawn.second, colour).append(" " * drawn.after)

    def _name_width(self) -> int:
        return 23 if self._console.width >= 100 else 17

    def _bar_width(self) -> int:
        if self._console.width < _NARROW:
            return 0
        return min(60, (self._console.width - self._name_width() - _LABEL - _DURATION) * 2 // 5)

    def _print(self, line: Text) -> None:
        overflow = "ellipsis" if self._glyphs is bars.UNICODE else "crop"
        self._console.print(line, no_wrap=True, overflow=overflow, crop=True)  # type: ignore[arg-type]


def _log_line(line: LogLine) -> Text:
    level = wording.clean(line.level)
    text = Text().append(f"    {wording.clock(line.time_ns)} ", "dim").append(f"{level:<6}", _LEVELS.get(level, "blue"))
    return text.append(wording.clean(line.text))


def _latency_colour(latency_s: float | None) -> str:
    if latency_s is None or latency_s < wording.NOTICED_S:
        return "green"
    return "yellow" if latency_s < wording.TOO_SLOW_S else "red"


def _outcome_colour(conversation: Conversation) -> str:
    return {"completed": "bold green", "failed": "bold red"}.get(conversation.outcome, "bold yellow")
