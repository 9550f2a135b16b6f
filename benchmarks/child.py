"""One measured process: `python -m benchmarks.child MODE`, run under callgrind by `benchmarks.instructions`.

Does the work of every subject a few times and many times, with a mark before and after each time.
"""

from __future__ import annotations

import gc
import sys

from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON

from benchmarks import subjects
from benchmarks.chunks import achat_chunks, chat_chunks
from benchmarks.marked import measured
from benchmarks.synthesis import elevenlabs_stream

# subject -> the work, and how often the short and the long part repeat it
PARTS: dict[str, tuple[subjects.Work, int, int]] = {
    "chat": (subjects.chat, 5, 25),
    "chat_collected": (subjects.chat_collected, 5, 25),
    "chat_chunks": (chat_chunks, 500, 10500),
    "achat_chunks": (achat_chunks, 500, 10500),
    "chat_stream": (subjects.chat_stream, 50, 250),
    "achat_stream": (subjects.achat_stream_blocking, 50, 250),
    "speech_stream": (subjects.speech_stream, 50, 450),
    "elevenlabs_stream": (elevenlabs_stream, 50, 450),
}
FLOOR = (5, 45)


def parts(mode: str) -> dict[str, tuple[subjects.Work, int, int]]:
    """What is measured in a mode: where nothing is recorded a call stands for everything."""
    return PARTS if mode == "on" else {"chat": PARTS["chat"]}


def main(mode: str) -> None:
    """Set up for `mode` (on, sampled-out or no-sdk); measure each subject bare, then instrumented, then the floor.

    Both in one process: where objects lie in memory changes how dictionaries collide, by more than what is measured.
    """
    if mode != "no-sdk":
        subjects.pipeline(ALWAYS_OFF if mode == "sampled-out" else ALWAYS_ON)
    gc.disable()
    _measure_all(mode)
    subjects.instrumented()
    _measure_all(mode)
    measured(_floor_times(), *FLOOR)


def _measure_all(mode: str) -> None:
    for work, few, many in parts(mode).values():
        measured(work, few, many)


def _floor_times() -> subjects.Work:
    one = subjects.floor()

    def times(count: int) -> None:
        for _ in range(count):
            one()

    return times


if __name__ == "__main__":
    main(sys.argv[1])
