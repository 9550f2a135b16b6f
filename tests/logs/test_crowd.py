"""Many threads, tasks and children log at once: nothing is lost that is not counted, and nothing waits for ever."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections import Counter
from pathlib import Path

import structlog
from loguru import logger

from tests.distro.conftest import Run, run_against, sink
from tests.distro.sink import Sink
from tests.logs.conftest import Begin, bodies
from tests.signals import Signals

__all__ = ["run_against", "sink"]

THREADS, EACH = 8, 100
TASKS, TURNS = 200, 5


def test_threads_and_tasks_lose_nothing(begin: Begin, signals: Signals, root: logging.Logger, tmp_path: Path) -> None:
    """By all three libraries, each record once over OTLP and once on file."""
    root.handlers[:] = [logging.NullHandler()]
    logs = begin(log_dir=tmp_path, log_burst=0)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())

    def thread(name: int) -> None:
        for number in range(EACH):
            logging.getLogger("agent").warning("thread %d %d", name, number)

    async def task(name: int) -> None:
        for number in range(TURNS):
            logger.info("task {} {}", name, number)
            structlog.get_logger().info(f"event {name} {number}")
            await asyncio.sleep(0)

    async def tasks() -> None:
        await asyncio.gather(*(task(name) for name in range(TASKS)))

    threads = [threading.Thread(target=thread, args=(name,)) for name in range(THREADS)]
    for each in threads:
        each.start()
    asyncio.run(tasks())
    for each in threads:
        each.join(60)
    logs.flush()
    wanted = [f"thread {name} {number}" for name in range(THREADS) for number in range(EACH)]
    wanted += [
        f"{kind} {name} {number}" for kind in ("task", "event") for name in range(TASKS) for number in range(TURNS)
    ]
    assert Counter(bodies(signals)) == Counter(wanted)
    lines = (tmp_path / "app/app.log").read_text().splitlines()
    assert Counter(json.loads(line)["message"] for line in lines) == Counter(wanted)


def test_children_forked_among_busy_threads_log(sink: Sink, run_against: Run, tmp_path: Path) -> None:
    """Whatever lock a thread holds at that moment; over OTLP and on file, and the parent's are not told twice."""
    text = """
import logging, multiprocessing, threading
log = logging.getLogger("agent"); noise = logging.getLogger("noise")
fork = multiprocessing.get_context("fork"); done = threading.Event()
def busy():
    while not done.is_set(): noise.info("noise")
for _ in range(4): threading.Thread(target=busy).start()
for number in range(5):
    log.info("parent %d", number)
    child = fork.Process(target=log.info, args=("child %d", number)); child.start(); child.join(20)
    assert child.exitcode == 0, child.exitcode
done.set()
"""
    env = {"OTEL_VOICE_LOG_DIR": str(tmp_path / "logs"), "OTEL_VOICE_LOG_BURST": "10", "OTEL_VOICE_EXIT_TIMEOUT": "10"}
    ended = run_against(sink.endpoint, text, **env)
    assert ended.status == 0, ended.err
    wanted = [f"{who} {number}" for who in ("child", "parent") for number in range(5)]
    assert sorted(log.body for log in sink.logs() if log.scope == "agent") == wanted, ended.err
    lines = [json.loads(line) for line in (tmp_path / "logs/app/app.log").read_text().splitlines()]
    assert sorted(line["message"] for line in lines if line["logger"] == "agent") == wanted
