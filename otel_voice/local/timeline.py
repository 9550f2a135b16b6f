"""Operations and log lines in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterator

from otel_voice.local.records import LogLine, Operation


def in_time(operations: tuple[Operation, ...], logs: tuple[LogLine, ...]) -> Iterator[Operation | LogLine]:
    """Operations by their start and log lines by their time, interleaved."""
    moments: list[tuple[int, int, Operation | LogLine]] = [(one.start_ns, 0, one) for one in operations]
    moments += [(line.time_ns, 1, line) for line in logs]
    yield from (item for _, _, item in sorted(moments, key=lambda moment: moment[:2]))
