"""Audit records on their way to the Collector: in order, once, and later where it is away."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_voice.audit_trail.evidence import Evidence, Line, copies_of, of_spool
from otel_voice.audit_trail.verification import verify
from tests.distro.program import Program, run
from tests.distro.sink import Sink, black_hole, refusing
from tests.schema_check import check_sink

RECORD = """
import os, resource, signal, sys, threading, time
import otel_voice

def wait_for(name):
    while not os.path.exists(name): time.sleep(0.01)

def record(first, last):
    for number in range(first, last + 1):
        otel_voice.audit("data.access", actor="u-7", subject="r-9", number=number)

"""


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "audit"


def environment(endpoint: str, directory: Path, **more: str) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_VOICE_AUDIT_DIR": str(directory), **more}


def sent(sink: Sink) -> list[Any]:
    return [log for log in sink.logs() if "voice.audit.hash" in log.attributes]


def numbers(sink: Sink) -> list[int]:
    return [json.loads(log.body)["fields"]["number"] for log in sent(sink)]


def arrived(sink: Sink) -> Evidence:
    lines = [Line(f"log {n}", log.body, copies_of(log.attributes)) for n, log in enumerate(sent(sink))]
    return Evidence(ordered=True, lines=lines)


def test_records_arrive_as_the_schema_says(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """Every event of the catalogue arrives, correlated with its conversation and trace."""
    text = """
import otel_voice
from otel_voice.audit_trail.catalogue import declared
with otel_voice.conversation("call-7", user_id="u-7"):
    for event in declared("audit"): otel_voice.audit(event, actor="u-7", subject="r-9", outcome="done")
    for event in declared("security"): otel_voice.security(event, actor="u-7", subject="r-9")
"""
    ended = run(tmp_path, text, environment(sink.endpoint, directory))
    assert (ended.status, ended.err) == (0, "")
    check_sink(sink)
    logs = sent(sink)
    assert {log.attributes["voice.conversation.id"] for log in logs} == {"call-7"}
    assert {log.trace_id for log in logs} == {sink.spans()[0].trace_id}
    assert {log.attributes["voice.log.category"] for log in logs} == {"audit", "security"}
    assert {log.resource["service.name"] for log in logs} == {"test"}
    assert verify(arrived(sink)).intact
    assert verify(of_spool(directory)).intact


def test_nothing_is_sampled(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """Records arrive where no span is sampled, and where the program's own logs are not wanted."""
    more = {"OTEL_TRACES_SAMPLER": "always_off", "OTEL_VOICE_LOG_LEVEL": "CRITICAL", "OTEL_VOICE_AUDIT_SYNC": "always"}
    run(tmp_path, RECORD + "record(1, 5)", environment(sink.endpoint, directory, **more))
    assert numbers(sink) == [1, 2, 3, 4, 5]


def test_a_collector_that_comes_back_gets_everything_in_order_and_once(tmp_path: Path, directory: Path) -> None:
    """What was recorded while nothing was taken is sent when it is, by the same process, before what came later."""
    text = RECORD + "record(1, 150); print('away', flush=True); wait_for('back'); record(151, 200)"
    with Sink(status=503) as sink:
        more = {"OTEL_EXPORTER_OTLP_TIMEOUT": "1", "OTEL_VOICE_EXIT_TIMEOUT": "60"}
        program = Program(tmp_path, text, environment(sink.endpoint, directory, **more))
        assert program.wait_for_line() == "away"
        sink.status = 200
        sink.wait_until(lambda sink: len(sent(sink)) >= 150, 60)
        (tmp_path / "back").touch()
        assert program.end().status == 0
        assert numbers(sink) == list(range(1, 201))
        assert verify(arrived(sink)).intact


@pytest.mark.parametrize("ending", ["os._exit(9)", "os.kill(os.getpid(), signal.SIGKILL)", "sys.exit(0)"])
def test_the_next_process_sends_what_one_left(ending: str, sink: Sink, tmp_path: Path, directory: Path) -> None:
    """However a process ended that could not send, the next one that uses the spool does, with its resource."""
    with refusing() as nowhere:
        more = {"OTEL_SERVICE_NAME": "first", "OTEL_VOICE_EXIT_TIMEOUT": "0"}
        run(tmp_path, RECORD + f"record(1, 100); {ending}", environment(nowhere, directory, **more))
    assert len(of_spool(directory).lines) == 100
    again = environment(sink.endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="60")
    for _ in range(2):
        assert run(tmp_path, "import time", again).err == ""
    assert numbers(sink) == list(range(1, 101))
    assert {log.resource["service.name"] for log in sent(sink)} == {"first"}


def test_a_lost_cursor_costs_a_second_sending_and_no_more(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """Who died between success and writing it down is sent again: the same records, which the hash tells."""
    run(tmp_path, RECORD + "record(1, 10)", environment(sink.endpoint, directory))
    next(directory.glob("*.sent")).write_text(f"{4:020d}\n")
    run(tmp_path, "import time", environment(sink.endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="60"))
    assert numbers(sink) == [*range(1, 11), *range(5, 11)]
    report = verify(Evidence(ordered=True, resent=True, lines=arrived(sink).lines))
    assert report.intact and len(report.notes) == 6


def test_sent_files_are_given_up(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """With OTEL_VOICE_AUDIT_KEEP_DAYS=0 the next process removes what was sent; what was not, it sends first."""
    more = {"OTEL_VOICE_AUDIT_KEEP_DAYS": "0", "OTEL_VOICE_EXIT_TIMEOUT": "60"}
    run(tmp_path, RECORD + "record(1, 10)", environment(sink.endpoint, directory, **more))
    run(tmp_path, "import time", environment(sink.endpoint, directory, **more))
    assert list(directory.iterdir()) == [] and len(numbers(sink)) == 10


def test_a_spool_in_use_is_left_alone(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """While a process lives that cannot send, no other one sends its records."""
    with refusing() as nowhere:
        text = RECORD + "record(1, 5); print('ready', flush=True); wait_for('end')"
        living = Program(tmp_path, text, environment(nowhere, directory, OTEL_VOICE_EXIT_TIMEOUT="0"))
        assert living.wait_for_line() == "ready"
        run(tmp_path, RECORD + "record(6, 9)", environment(sink.endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="60"))
        assert numbers(sink) == [6, 7, 8, 9]
        (tmp_path / "end").touch()
        assert living.end().status == 0


def test_sigterm_sends_what_is_there(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """A program that dies of SIGTERM has sent its records."""
    text = RECORD + "record(1, 20); print('ready', flush=True); threading.Event().wait()"
    program = Program(tmp_path, text, environment(sink.endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="60"))
    assert program.wait_for_line() == "ready"
    assert program.terminate().status == -signal.SIGTERM
    assert numbers(sink) == list(range(1, 21))


def test_a_collector_that_hangs_costs_no_record_and_little_time(tmp_path: Path, directory: Path) -> None:
    """The end waits for its share of the exit timeout; everything is in the spool, whole."""
    with black_hole() as endpoint:
        ended = run(tmp_path, RECORD + "record(1, 20)", environment(endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="1"))
    assert ended.status == 0
    assert len(of_spool(directory).lines) == 20 and verify(of_spool(directory)).intact


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_has_a_chain_of_its_own(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """Children forked while threads record neither hang nor touch the parent's chain, and send their own."""
    text = (
        RECORD
        + """
record(0, 0)  # Python's own import lock does not survive a fork in the middle of an import
threads = [threading.Thread(target=record, args=(1, 200)) for _ in range(4)]
for thread in threads: thread.start()
children = []
for number in range(5):
    child = os.fork()
    if not child:
        record(1, 3); sys.exit(0)
    children.append(child)
for child in children: assert os.waitpid(child, 0)[1] == 0
for thread in threads: thread.join()
"""
    )
    ended = run(tmp_path, text, environment(sink.endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="60"))
    assert ended.status == 0, ended.err
    report = verify(arrived(sink))
    assert report.findings == []
    assert sorted(chain.records for chain in report.chains) == [3] * 5 + [801]
    assert verify(of_spool(directory)).intact


def test_threads_and_tasks_make_one_chain(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """8 threads, 200 tasks and a signal handler record at once: one chain, in order, and nothing is missing."""
    text = (
        RECORD
        + """
import asyncio
record(0, 0)
ticks = []
def tick(*_): ticks.append(otel_voice.audit("state.change", number=0))
signal.signal(signal.SIGALRM, tick)
signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)

async def task():
    for number in range(10):
        otel_voice.audit("tool.invocation", number=number); await asyncio.sleep(0)

async def tasks(): await asyncio.gather(*(task() for _ in range(200)))

threads = [threading.Thread(target=record, args=(1, 100)) for _ in range(8)]
for thread in threads: thread.start()
asyncio.run(tasks())
for thread in threads: thread.join()
signal.setitimer(signal.ITIMER_REAL, 0)
print(len(ticks))
"""
    )
    ended = run(tmp_path, text, environment(sink.endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="60"))
    assert ended.status == 0, ended.err
    assert int(ended.out) > 0
    assert len(sent(sink)) == 1 + 8 * 100 + 200 * 10 + int(ended.out)
    report = verify(arrived(sink))
    assert report.findings == [] and len(report.chains) == 1


def test_a_full_disk_is_told_and_counted_and_stops_no_record(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """What the disk refuses arrives all the same, in order; when there is room again, the spool is whole again."""
    text = (
        RECORD
        + """
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
record(1, 30)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
from otel_voice.audit_trail.trail import trail
last = 30
while trail()._streams["audit"].held():
    last += 1; record(last, last); time.sleep(0.05)
print(last)
"""
    )
    ended = run(tmp_path, text, environment(sink.endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="60"))
    assert ended.status == 0, ended.err
    [told] = ended.telemetry_lines()
    assert "could not be written" in told and str(directory) in told and "File too large" in told
    assert numbers(sink) == list(range(1, int(ended.out) + 1))
    assert len(of_spool(directory).lines) == int(ended.out) and verify(of_spool(directory)).intact
    assert [p.value for p in sink.points() if p.name == "voice.audit.unwritten"][-1] > 0


def test_a_directory_that_cannot_be_written_stops_no_record(sink: Sink, tmp_path: Path) -> None:
    """With nowhere to keep them, records are sent from memory, and one line says what that means."""
    (tmp_path / "file").touch()
    ended = run(
        tmp_path, RECORD + "record(1, 30)", environment(sink.endpoint, tmp_path / "file", OTEL_VOICE_EXIT_TIMEOUT="60")
    )
    assert ended.status == 0
    assert "could not be written" in ended.telemetry_lines()[0]
    assert numbers(sink) == list(range(1, 31))


def test_without_a_collector_to_send_to_the_records_are_kept(tmp_path: Path, directory: Path) -> None:
    """Where logs are not exported at all, the spool holds the records."""
    ended = run(
        tmp_path, RECORD + "record(1, 3)", environment("http://127.0.0.1:9", directory, OTEL_LOGS_EXPORTER="none")
    )
    assert ended.status == 0
    assert len(of_spool(directory).lines) == 3


def test_a_stream_that_is_done_is_not_read_again(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """What was sent to its end is marked so, and costs later processes nothing."""
    run(tmp_path, RECORD + "record(1, 10)", environment(sink.endpoint, directory))
    run(tmp_path, "import time", environment(sink.endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="60"))
    [done] = directory.glob("*.done")
    assert int(done.read_text()) == 10 and list(directory.glob("*.sent")) == []
    [file] = directory.glob("*.jsonl")
    file.write_bytes(file.read_bytes().replace(b'"number":10', b'"number":11'))
    run(tmp_path, "import time", environment(sink.endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="60"))
    assert len(numbers(sink)) == 10


def test_processes_that_start_at_once_send_what_one_left_once(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """Whoever has the lock sends; the others neither send nor wait."""
    with refusing() as nowhere:
        run(tmp_path, RECORD + "record(1, 300)", environment(nowhere, directory, OTEL_VOICE_EXIT_TIMEOUT="0"))
    again = environment(sink.endpoint, directory, OTEL_VOICE_EXIT_TIMEOUT="60")
    programs = [Program(tmp_path, "import time", again) for _ in range(3)]
    assert [program.end().status for program in programs] == [0, 0, 0]
    assert numbers(sink) == list(range(1, 301))
    [done] = directory.glob("*.done")
    assert int(done.read_text()) == 300


def test_who_records_nothing_pays_nothing(sink: Sink, tmp_path: Path, directory: Path) -> None:
    """At a start without records to send, no module and no thread of the audit trail is there, and no file is made."""
    text = (
        "import sys, threading\n"
        "print([name for name in sys.modules if 'audit_trail' in name], "
        "[thread.name for thread in threading.enumerate() if 'audit' in thread.name])"
    )
    assert run(tmp_path, text, environment(sink.endpoint, directory)).out == "[] []\n"
    assert not directory.exists()
