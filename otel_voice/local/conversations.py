"""Reads the store into what the views show, also while a conversation's root span has not come, or never will."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from otel_voice.local import decoding, rows, store_file
from otel_voice.local.errors import LocalError
from otel_voice.local.records import Alone, Conversation, Listed, LogLine, Operation, Turn
from otel_voice.telemetry import names


class Conversations:
    """A store open for reading; the methods may be called from one thread at a time and raise StoreError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = store_file.open_for_reading(path)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def listed(self) -> list[Listed]:
        """Every conversation, the oldest first."""
        found = self._all(
            "SELECT conversation, first, last, turns, ended, coalesce(service, '') FROM ("
            "SELECT conversation, min(start_ns) AS first, max(end_ns) AS last, count(DISTINCT turn) AS turns,"
            " sum(role = 'conversation') AS ended,"
            " coalesce(min(CASE WHEN role != 'other' THEN origin END), min(origin)) AS one"
            " FROM span WHERE conversation IS NOT NULL GROUP BY conversation)"
            " LEFT JOIN origin ON origin.id = one ORDER BY first"
        )
        return [Listed(id, service, start, end, turns, bool(ended)) for id, start, end, turns, ended, service in found]

    def resolve(self, prefix: str) -> str:
        """The only conversation whose id starts with `prefix`, or is it. Raises LocalError."""
        found = self._all(
            "SELECT DISTINCT conversation FROM span WHERE substr(conversation, 1, length(?1)) = ?1"
            " ORDER BY conversation",
            prefix,
        )
        ids = [row[0] for row in found]
        if prefix in ids:
            return prefix
        if not ids:
            raise LocalError(f"no conversation {prefix} in {self.path}: `otel-voice list` names them")
        if len(ids) > 1:
            raise LocalError(f"{len(ids)} conversations start with {prefix}: {', '.join(ids[:5])}; give more of the id")
        return str(ids[0])

    def newest(self) -> str:
        """The conversation that started last. Raises LocalError when there is none."""
        listed = self.listed()
        if not listed:
            raise LocalError(f"no conversation in {self.path} yet: `otel-voice demo` makes one")
        return listed[-1].id

    def conversation(self, id: str) -> Conversation:
        """The whole conversation. Raises LocalError when nothing of it is in the store."""
        spans = self._all(
            "SELECT role, turn, start_ns, end_ns, raw, origin FROM span WHERE conversation = ? ORDER BY start_ns", id
        )
        logs = self._all("SELECT turn, raw, time_ns FROM log WHERE conversation = ? ORDER BY time_ns", id)
        if not spans and not logs:
            raise LocalError(f"no conversation {id} in {self.path}: `otel-voice list` names them")
        logs += self._logs_of_its_traces(id)
        moments = [row[2:4] for row in spans] or [(row[2], row[2]) for row in logs]
        spans_of, logs_of = _by(1, spans), _by(0, logs)
        root = next((row for row in spans if row[0] == rows.CONVERSATION), None)
        found = decoding.span_attributes(root[4]) if root else {}
        return Conversation(
            id=id,
            service=self._service(_agent(spans)[5]) if spans else "",
            start_ns=min(start for start, _ in moments),
            end_ns=max(end for _, end in moments),
            outcome=str(found.get(names.VOICE_CONVERSATION_OUTCOME, "completed" if root else "")),
            channel=str(found.get(names.VOICE_CONVERSATION_CHANNEL, "")),
            direction=str(found.get(names.VOICE_CONVERSATION_DIRECTION, "")),
            turns=_in_order(_turn(turn, spans_of[turn], logs_of[turn]) for turn in {*spans_of, *logs_of} if turn),
            operations=_operations(spans_of[None]),
            logs=_lines(logs_of[None]),
            other_spans=sum(row[0] == rows.OTHER for row in spans) + self._other_spans_of_its_traces(id),
            unpriced=decoding.whole(found, names.VOICE_CONVERSATION_COST_UNPRICED) or 0,
        )

    def turn(self, conversation: str, turn: str) -> Turn:
        """One turn, with what has come of it so far."""
        spans = self._all(
            "SELECT role, turn, start_ns, end_ns, raw FROM span WHERE conversation = ? AND turn = ? ORDER BY start_ns",
            conversation,
            turn,
        )
        logs = self._all(
            "SELECT turn, raw FROM log WHERE conversation = ? AND turn = ? ORDER BY time_ns", conversation, turn
        )
        return _turn(turn, spans, logs)

    def alone(self, since_ns: int = 0, origins: set[int] | None = None) -> Alone:
        """What was received since then from these origins (None: any) and belongs to no conversation."""
        these = "received_ns >= ? AND conversation IS NULL"
        if origins is not None:
            these += f" AND origin IN ({','.join(map(str, sorted(origins)))})"
        spans = self._all(
            f"SELECT role, NULL, start_ns, end_ns, raw FROM span AS one WHERE {these}"
            " AND NOT EXISTS (SELECT 1 FROM span WHERE trace_id = one.trace_id AND conversation IS NOT NULL)"
            " ORDER BY start_ns",
            since_ns,
        )
        logs = self._all(
            f"SELECT NULL, raw FROM log WHERE {these}"
            " AND NOT EXISTS (SELECT 1 FROM span WHERE trace_id = log.trace_id AND conversation IS NOT NULL)"
            " ORDER BY time_ns",
            since_ns,
        )
        return Alone(_operations(spans), _lines(logs), sum(row[0] == rows.OTHER for row in spans))

    def _logs_of_its_traces(self, id: str) -> list[Any]:
        return self._all(
            "SELECT NULL, raw, time_ns FROM log WHERE conversation IS NULL AND trace_id != x'' AND trace_id IN"
            f" ({TRACES_OF_ONE}) ORDER BY time_ns",
            id,
        )

    def _other_spans_of_its_traces(self, id: str) -> int:
        counted = self._all(
            f"SELECT count(*) FROM span WHERE conversation IS NULL AND trace_id IN ({TRACES_OF_ONE})", id
        )
        return int(counted[0][0])

    def _service(self, origin: int) -> str:
        found = self._all("SELECT service FROM origin WHERE id = ?", origin)
        return str(found[0][0]) if found else ""

    def _all(self, query: str, *values: object) -> list[Any]:
        try:
            with closing(self._connection.execute(query, values)) as cursor:
                return cursor.fetchall()
        except sqlite3.Error as error:
            raise store_file.explained(self.path, error) from error


# A trace that several conversations share belongs to none of them alone.
TRACES_OF_ONE = (
    "SELECT trace_id FROM span WHERE trace_id IN (SELECT trace_id FROM span WHERE conversation = ?1)"
    " AND conversation IS NOT NULL GROUP BY trace_id HAVING count(DISTINCT conversation) = 1"
)


def _agent(spans: list[Any]) -> Any:
    """A span of the agent, where it has come: what a browser tells of the same conversation begins before."""
    return next((row for row in spans if row[0] != rows.OTHER), spans[0])


def _by(column: int, found: list[Any]) -> defaultdict[str | None, list[Any]]:
    grouped = defaultdict(list)
    for row in found:
        grouped[row[column]].append(row)
    return grouped


def _turn(id: str, spans: list[Any], logs: list[Any]) -> Turn:
    own = next((row for row in spans if row[0] == rows.TURN), None)
    found = decoding.span_attributes(own[4]) if own else {}
    operations = _operations(spans)
    lines = _lines(logs)
    return Turn(
        id=id,
        index=_index(spans),
        start_ns=min((row[2] for row in spans), default=lines[0].time_ns if lines else 0),
        end_ns=max((row[3] for row in spans), default=lines[-1].time_ns if lines else 0),
        ended=own is not None,
        initiator=str(found.get(names.VOICE_TURN_INITIATOR, "")),
        latency_s=decoding.number(found, names.VOICE_TURN_RESPONSE_LATENCY),
        stages_s=_stages(found),
        interrupted=found.get(names.VOICE_TURN_INTERRUPTED) is True,
        operations=operations,
        logs=lines,
    )


def _stages(found: Mapping[str, Any]) -> dict[str, float]:
    prefix = f"{names.VOICE_TURN_STAGE}."
    spent = {name.removeprefix(prefix): decoding.number(found, name) for name in found if name.startswith(prefix)}
    return {stage: seconds for stage, seconds in spent.items() if seconds is not None}


def _index(spans: list[Any]) -> int | None:
    for row in spans:
        index = decoding.span_attributes(row[4]).get(names.VOICE_TURN_INDEX)
        if isinstance(index, int):
            return index
    return None


def _in_order(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    return tuple(sorted(turns, key=lambda turn: (turn.start_ns, turn.index or 0)))


def _operations(spans: Iterable[Any]) -> tuple[Operation, ...]:
    return tuple(decoding.operation(row[4]) for row in spans if row[0] == rows.OPERATION)


def _lines(logs: Iterable[Any]) -> tuple[LogLine, ...]:
    lines = (decoding.log_line(row[1]) for row in logs)
    shown = (line for line in lines if line.event not in decoding.TOLD_BY_THE_VIEW)
    return tuple(sorted(shown, key=lambda line: line.time_ns))
