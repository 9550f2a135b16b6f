"""20,000 records a second from 8 threads and 200 tasks at once: each arrives or is counted, and nothing waits for ever.

What that costs its callers is measured in benchmarks/log_calls.py and benchmarks/logs.py.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.distro.conftest import Run, run_against, sink
from tests.distro.sink import Sink

__all__ = ["run_against", "sink"]

# A thread or task that is late catches up, so that the number of records does not depend on the machine.
PROGRAM = """
import asyncio, faulthandler, json, logging, multiprocessing, signal, threading, time
faulthandler.dump_traceback_later(50, exit=True)
SECONDS, THREADS, TASKS, CHILDREN, EACH = 2, 8, 200, 3, 10
log, child_log = logging.getLogger("load"), logging.getLogger("child")
began = time.monotonic()

def paced(number, rate):
    return began + number / rate - time.monotonic()

def thread(name, rate=1250):
    for number in range(SECONDS * rate):
        log.info("thread %d says %d", name, number, extra={"call": "a1b2c3"})
        if (left := paced(number, rate)) > 0.005: time.sleep(left)

async def task(name, rate=50):
    for number in range(SECONDS * rate):
        log.info("task %d says %d", name, number, extra={"call": "a1b2c3"})
        await asyncio.sleep(max(0, paced(number, rate)))

def child(name):
    signal.alarm(30)  # faulthandler would wait for its thread, which is the parent's
    for number in range(EACH): child_log.info("child %d says %d", name, number)

def fork():
    context = multiprocessing.get_context("fork")
    for name in range(CHILDREN):
        forked = context.Process(target=child, args=(name,)); forked.start(); forked.join(40)
        assert forked.exitcode == 0, forked.exitcode

async def tasks():
    await asyncio.gather(*(task(name) for name in range(TASKS)))

threads = [threading.Thread(target=thread, args=(name,)) for name in range(THREADS)] + [threading.Thread(target=fork)]
for each in threads: each.start()
asyncio.run(tasks())
for each in threads: each.join()
print(json.dumps({"records": SECONDS * (THREADS * 1250 + TASKS * 50), "seconds": time.monotonic() - began}))
"""


@pytest.mark.parametrize(
    ("env", "reasons"),
    [
        ({"OTEL_VOICE_LOG_BURST": "0"}, {"queue_full"}),
        ({}, {"queue_full", "burst"}),
    ],
    ids=["all", "bursts suppressed"],
)
def test_each_record_arrives_or_is_counted(
    sink: Sink, run_against: Run, env: dict[str, str], reasons: set[str]
) -> None:
    """To the last one, and none twice; children that are forked meanwhile lose none of theirs."""
    ended = run_against(sink.endpoint, PROGRAM, OTEL_VOICE_EXIT_TIMEOUT="40", **env)
    assert ended.status == 0, ended.err[-3000:]
    records = json.loads(ended.out)["records"]
    load = [log for log in sink.logs() if log.scope == "load"]
    arrived = Counter(log.body for log in load if "voice.log.suppressed" not in log.attributes)
    lost = Counter[str]()
    for point in sink.points():
        if point.name == "voice.log.dropped":  # cumulative: the last of a series is its largest
            lost[point.attributes["voice.reason"]] = max(lost[point.attributes["voice.reason"]], int(point.value))
    assert set(arrived.values()) == {1}
    # What says how many were suppressed is a record, too, and may find the queue full.
    more = lost["queue_full"] if "burst" in reasons else 0
    assert records <= len(arrived) + sum(lost.values()) <= records + more, (lost, ended.err[-3000:])
    assert set(lost) <= reasons
    assert sum(log.scope == "child" for log in sink.logs()) == 30
