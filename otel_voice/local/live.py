"""Follows what the receiver takes in and prints each turn once, soon after it has ended; the totals at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from otel_voice.local import rows, views
from otel_voice.local.conversations import Conversations
from otel_voice.local.errors import LocalError
from otel_voice.local.records import Conversation, Turn
from otel_voice.local.rows import Batch, LogRow, SpanRow
from otel_voice.local.store import Store
from otel_voice.local.views import View

# A turn's log records come in another request than its spans, up to a second later by the SDK's defaults.
SETTLE_SECONDS: Final = 1.2


@dataclass
class _Heard:
    """What has come since the start; guarded by the condition of Live."""

    conversations: dict[str, str] = field(default_factory=dict)
    due: dict[tuple[str, str], float] = field(default_factory=dict)
    origins: set[int] = field(default_factory=set)
    last: float = 0.0
    stopped: bool = False


class Live:
    """The sink of a receiver: keeps batches in the store and tells a view about them from its own thread."""

    def __init__(self, store: Store, view: View, settle: float = SETTLE_SECONDS) -> None:
        self._store = store
        self._view = view
        self._settle = settle
        self._since_ns = time.time_ns()
        self._heard = _Heard(last=time.monotonic())
        self._changed = threading.Condition()
        self._told: dict[tuple[str, str], Turn] = {}
        self._heading = ""
        self._complained = False
        self._thread = threading.Thread(target=self._follow, name="otel-voice-view", daemon=True)

    def start(self) -> None:
        """Starts printing."""
        self._thread.start()

    def sink(self, batch: Batch) -> None:
        """Commits the batch, then notes what to tell of it. Raises StoreError, having said so once."""
        try:
            origins = self._store.add(batch)
        except LocalError as error:
            self._complain(error)
            raise
        with self._changed:
            self._heard.origins |= origins
            self._note(batch)
            self._changed.notify_all()

    def wait_until_quiet(self, quiet: float, at_most: float) -> None:
        """Returns when nothing has come for `quiet` seconds, or after `at_most` seconds."""
        begun = time.monotonic()
        with self._changed:
            while (left := self._quiet_left(begun, quiet, at_most)) > 0:
                self._changed.wait(left)

    def finish(self) -> None:
        """Prints what has not been told, and the totals."""
        with self._changed:
            self._heard.stopped = True
            self._changed.notify_all()
        self._thread.join()
        self._guarded(self._tell_the_rest)

    @property
    def conversations(self) -> tuple[str, ...]:
        """The ids of the conversations heard of, in the order of their coming."""
        return tuple(self._heard.conversations)

    @property
    def heard_anything(self) -> bool:
        """True when any telemetry has come."""
        return bool(self._heard.origins)

    def _note(self, batch: Batch) -> None:
        now = time.monotonic()
        self._heard.last = now
        for origin, found in batch.origins:
            for row in found:
                if isinstance(row, SpanRow | LogRow) and row.conversation:
                    self._heard.conversations.setdefault(row.conversation, origin.service)
                if isinstance(row, SpanRow) and row.role == rows.TURN and row.conversation and row.turn:
                    self._heard.due[row.conversation, row.turn] = now + self._settle

    def _quiet_left(self, begun: float, quiet: float, at_most: float) -> float:
        return min(max(begun, self._heard.last) + quiet, begun + at_most) - time.monotonic()

    def _follow(self) -> None:
        while (due := self._next_due()) is not None:
            self._guarded(partial(self._tell, *due))

    def _next_due(self) -> tuple[str, str] | None:
        with self._changed:
            while not self._heard.stopped:
                soonest = min(self._heard.due.items(), key=lambda pair: pair[1], default=None)
                wait = None if soonest is None else soonest[1] - time.monotonic()
                if soonest is not None and wait is not None and wait <= 0:
                    del self._heard.due[soonest[0]]
                    return soonest[0]
                self._changed.wait(wait)
        return None

    def _tell(self, conversation: str, id: str) -> None:
        reader = Conversations(self._store.path)
        try:
            turn = reader.turn(conversation, id)
        finally:
            reader.close()
        self._told[conversation, id] = turn
        self._head(conversation, self._heard.conversations[conversation])
        self._view.turn(turn)

    def _tell_the_rest(self) -> None:
        reader = Conversations(self._store.path)
        try:
            for id in self._heard.conversations:
                self._end(reader.conversation(id))
            views.show_alone(self._view, reader.alone(self._since_ns, self._heard.origins))
        finally:
            reader.close()

    def _end(self, conversation: Conversation) -> None:
        self._heading = "" if len(self._heard.conversations) > 1 else self._heading
        self._head(conversation.id, conversation.service)
        for turn in conversation.turns:
            self._tell_what_is_new(turn, self._told.get((conversation.id, turn.id)))
        self._view.loose("outside of turns", conversation.operations, conversation.logs)
        self._view.summary(conversation)

    def _tell_what_is_new(self, turn: Turn, told: Turn | None) -> None:
        if told is None:
            self._view.turn(turn)
            return
        operations = tuple(one for one in turn.operations if one not in told.operations)
        logs = tuple(line for line in turn.logs if line not in told.logs)
        if operations or logs:
            self._view.turn(replace(turn, operations=operations, logs=logs))

    def _head(self, conversation: str, detail: str) -> None:
        if conversation != self._heading:
            self._heading = conversation
            self._view.heading(conversation, detail)

    def _guarded(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except LocalError as error:
            self._complain(error)
        except OSError:
            # Whoever read our standard error is gone; the program that is being run must not notice.
            return
        except Exception as error:  # noqa: BLE001 - a view that fails must not change how the program ends
            self._complain(LocalError(f"cannot show what came: {type(error).__name__}: {error}"))

    def _complain(self, error: LocalError) -> None:
        if self._complained:
            return
        self._complained = True
        try:
            self._view.note(str(error))
        except OSError:
            return
