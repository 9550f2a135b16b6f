"""Instructions by callgrind: they repeat to 0.2 % whatever else the machine is doing, so they can be gated on.

Each figure is the difference between a long and a short run of the same work, so that what happens once cancels out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from benchmarks.child import FLOOR, parts
from benchmarks.marked import counted
from benchmarks.result import Result

MODES = ("on", "sampled-out", "no-sdk")
Counts = Mapping[str, float]


def measure() -> list[Result]:
    """Count all modes and compare; raises BenchmarkError when callgrind is missing or a process fails."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        on, sampled_out, no_sdk = pool.map(count, MODES)
    floor = on["floor"]
    return [
        Result("floor: span, attributes, 3 metric records", floor, "instructions"),
        Result("a chat call, of the floor", on["chat"] / floor, "x", limit=1.25),
        Result("the same with its metrics, recorded when collected", on["chat_collected"] / floor, "x", limit=1.5),
        Result("a chat call, sampled out", sampled_out["chat"] / floor, "x", limit=0.7),
        # 15 us of the floor's 39 us where it was first measured.
        Result("a chat call, no SDK configured", no_sdk["chat"] / floor, "x", limit=0.4),
        Result("a streamed chat chunk", on["chat_chunks"], "instructions", limit=1500),
        Result("a streamed chat chunk, async", on["achat_chunks"], "instructions", limit=1500),
        # The SDK's own 770,000 a chunk vary by more than what is added: these two are told, not gated.
        Result("a streamed chat chunk, in the whole call", on["chat_stream"], "instructions"),
        Result("a streamed chat chunk, in the whole call, async", on["achat_stream"], "instructions"),
        Result("a chunk of OpenAI speech", on["speech_stream"], "instructions", limit=3500),
        Result("a chunk of ElevenLabs speech", on["elevenlabs_stream"], "instructions", limit=3500),
    ]


def count(mode: str) -> Counts:
    """Instructions added to one repetition of each subject, and those of the floor, in one process of this mode."""
    times = [(few, many) for _, few, many in parts(mode).values()]
    each = counted((sys.executable, "-m", "benchmarks.child", mode), [*times, *times, FLOOR], os.environ)
    bare, on = each[: len(times)], each[len(times) :]
    return {"floor": each[-1], **{name: on[at] - bare[at] for at, name in enumerate(parts(mode))}}
