"""Every way out of a process: nothing finished is lost, and a dead collector delays it within the bound."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.distro.conftest import Run
from tests.distro.program import Ended, Program
from tests.distro.sink import Sink, black_hole, refusing

WORK = """
import logging, os, signal, sys, threading, time
from opentelemetry import metrics, trace

def work(name="work"):
    with trace.get_tracer("test").start_as_current_span(name):
        logging.getLogger("agent").info("said by %s", name)
    metrics.get_meter("test").create_counter("test.count").add(1)

"""

ENDINGS = {
    "return": ("work()", 0),
    "sys.exit": ("work(); sys.exit(3)", 3),
    "unhandled exception": ("work(); raise ValueError('of the program')", 1),
    "thread that outlives main": ("threading.Thread(target=lambda: (time.sleep(0.2), work())).start()", 0),
    "atexit function": ("import atexit; atexit.register(work)", 0),
    "SIGTERM": ("work(); os.kill(os.getpid(), signal.SIGTERM); time.sleep(30)", -signal.SIGTERM),
    # A test run in the background of a shell inherits SIGINT ignored.
    "SIGINT": (
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "work(); os.kill(os.getpid(), signal.SIGINT); time.sleep(30)",
        -signal.SIGINT,
    ),
    "os.fork and sys.exit": ("pid = os.fork()\nif not pid: work(); sys.exit(0)\nos.waitpid(pid, 0)", 0),
}


def everything_arrived(sink: Sink, name: str = "work") -> None:
    assert [span.name for span in sink.spans()] == [name]
    assert [log.body for log in sink.logs()] == [f"said by {name}"]
    assert [point.name for point in sink.points()].count("test.count") >= 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_finished_is_lost(ending: str, sink: Sink, run_against: Run) -> None:
    """However a process ends, its spans, metrics and logs arrive and its status is what it was."""
    text, status = ENDINGS[ending]
    ended = run_against(sink.endpoint, WORK + text)
    assert ended.status == status, ended.err
    everything_arrived(sink)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing_children_lose_nothing(method: str, sink: Sink, run_against: Run) -> None:
    """Children of multiprocessing leave through os._exit and still deliver what they finished."""
    ended = run_against(
        sink.endpoint,
        WORK
        + f"""
if __name__ == "__main__":
    import multiprocessing
    process = multiprocessing.get_context({method!r}).Process(target=work, args=("child",))
    process.start(); process.join(); sys.exit(process.exitcode)
""",
    )
    assert (ended.status, ended.err) == (0, "")
    everything_arrived(sink, "child")


def test_pool_workers_lose_nothing(sink: Sink, run_against: Run) -> None:
    """The workers of a process pool, which live through many tasks, deliver all of them."""
    ended = run_against(
        sink.endpoint,
        WORK
        + """
if __name__ == "__main__":
    from concurrent.futures import ProcessPoolExecutor
    work("parent")
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(work, [f"task {n}" for n in range(8)]))
""",
    )
    assert ended.status == 0, ended.err
    assert sorted(span.name for span in sink.spans()) == ["parent", *(f"task {n}" for n in range(8))]


def least_delay(seconds: Callable[[str], float], timeout: str, enough: float) -> float:
    """By how much a time-out delays the end, in seconds: a busy machine delays it too, though not every time."""
    for _ in range(6):
        delay = seconds(timeout) - seconds("0")
        if delay < enough:
            break
    return delay


@pytest.mark.parametrize("collector", [refusing, black_hole])
@pytest.mark.parametrize("ending", ["return", "SIGTERM"])
def test_a_dead_collector_delays_the_end_within_the_bound(collector, ending: str, run_against: Run) -> None:
    """With no collector a process ends within OTEL_VOICE_EXIT_TIMEOUT, for all signals together."""
    text, status = ENDINGS[ending]

    def seconds(timeout: str) -> float:
        ended = run_against(endpoint, WORK + text, OTEL_VOICE_EXIT_TIMEOUT=timeout)
        assert ended.status == status
        return ended.seconds

    with collector() as endpoint:
        assert least_delay(seconds, "1", enough=2) < 2


def test_a_dead_collector_delays_a_child_once(run_against: Run) -> None:
    """The bound holds for a child as a whole, not for each of the ways it is ended by."""
    text = """
if __name__ == "__main__":
    import multiprocessing
    process = multiprocessing.get_context("spawn").Process(target=work)
    process.start(); started = time.monotonic(); process.join(); print(time.monotonic() - started)
"""

    def seconds(timeout: str) -> float:
        return float(run_against(endpoint, WORK + text, OTEL_VOICE_EXIT_TIMEOUT=timeout).out)

    with black_hole() as endpoint:
        assert least_delay(seconds, "3", enough=1.6 * 3) < 1.6 * 3


def test_the_program_may_handle_sigterm_itself(sink: Sink, run_against: Run) -> None:
    """A handler of the program takes our place, and the end is then an ordinary one."""
    text = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); work(); os.kill(os.getpid(), signal.SIGTERM)"
    assert run_against(sink.endpoint, WORK + text).status == 7
    everything_arrived(sink)


def test_sigterm_can_be_left_alone(sink: Sink, run_against: Run) -> None:
    """OTEL_VOICE_SIGTERM_FLUSH=false leaves SIGTERM with Python's default."""
    text = "print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)"
    assert run_against(sink.endpoint, WORK + text, OTEL_VOICE_SIGTERM_FLUSH="false").out == "True\n"


def test_a_blocked_main_thread_still_dies_of_sigterm(sink: Sink, tmp_path: Path) -> None:
    """A program that waits in join() when SIGTERM comes is flushed and ends."""
    text = WORK + "work(); print('ready', flush=True); threading.Event().wait()"
    program = Program(tmp_path, text, {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint})
    assert program.wait_for_line() == "ready"
    ended: Ended = program.terminate()
    assert ended.status == -signal.SIGTERM
    everything_arrived(sink)


def test_the_program_may_shut_a_provider_down_itself(sink: Sink, run_against: Run) -> None:
    """A provider the program has shut down is not shut down a second time, with a warning."""
    text = """
work()
metrics.get_meter_provider().shutdown()
trace.get_tracer_provider().shutdown()
"""
    assert run_against(sink.endpoint, WORK + text).err == ""
    everything_arrived(sink)


def test_what_is_open_is_closed_before_the_last_export(sink: Sink, run_against: Run) -> None:
    """A callback of before_flush() can end a span, and the span arrives."""
    text = """
from otel_voice.export import exit
span = trace.get_tracer("test").start_span("open")
exit.before_flush(span.end)
"""
    run_against(sink.endpoint, WORK + text)
    assert [span.name for span in sink.spans()] == ["open"]


def test_a_callback_that_hangs_does_not_cost_the_rest(sink: Sink, run_against: Run) -> None:
    """What closes open things gets half of the time at most; finished spans still arrive."""
    text = "from otel_voice.export import exit; exit.before_flush(threading.Event().wait); work()"
    ended = run_against(sink.endpoint, WORK + text, OTEL_VOICE_EXIT_TIMEOUT="1")
    assert ended.status == 0
    everything_arrived(sink)
