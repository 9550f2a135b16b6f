"""kill -9 at any moment: what a call has returned for is in the spool, and the spool is a whole chain."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from otel_voice.audit_trail import spool
from otel_voice.audit_trail.chain import read
from otel_voice.audit_trail.evidence import of_lines, of_spool
from otel_voice.audit_trail.verification import verify
from tests.distro.program import INSTRUMENT, clean_environment, run
from tests.distro.sink import Sink, refusing

ROUNDS = 40
ROUNDS_TO_SEND = 12

# Each round forks a child that records from three threads, and kills it after a random number of acknowledgements.
KILLING = """
import json, os, random, signal, sys, threading
import otel_voice

def child(out):
    def work(thread):
        while True:
            fields = {"text": "x y " * random.choice((1, 10, 1000)), "more": ["z" * 4000] * random.choice((0, 0, 7))}
            done = otel_voice.audit("data.access", thread=thread, **fields)
            # One write of less than a page is whole, or not there.
            os.write(out, (json.dumps([done.stream, done.sequence, done.hash]) + "\\n").encode())
    for thread in range(3):
        threading.Thread(target=work, args=(thread,), daemon=True).start()
    threading.Event().wait()

otel_voice.audit("state.change", text="the parent has a chain of its own")
random.seed(7)
for _ in range(int(sys.argv[1])):
    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(ours)
        child(theirs)
    os.close(theirs)
    with os.fdopen(ours) as told:
        for _ in range(random.randrange(1, 60)):
            sys.stdout.write(told.readline())
        os.kill(pid, signal.SIGKILL)
        sys.stdout.write(told.read())
    os.waitpid(pid, 0)
"""


def test_a_killed_process_leaves_a_whole_chain_with_all_it_acknowledged(tmp_path: Path) -> None:
    """After SIGKILL at random moments every stream verifies, and no record that was acknowledged is missing."""
    ran = subprocess.run(
        [sys.executable, "-c", KILLING, str(ROUNDS)],
        env={**clean_environment(), "OTEL_VOICE_AUDIT_DIR": str(tmp_path), "OTEL_VOICE_EXIT_TIMEOUT": "0"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ran.returncode == 0, ran.stderr
    acknowledged = {tuple(json.loads(line)) for line in ran.stdout.splitlines()}
    found = of_spool(tmp_path)
    report = verify(found)
    assert report.findings == []
    assert len(report.chains) == ROUNDS + 1
    records = [read(line.text) for line in found.lines if not line.torn]
    kept = {(record.stream, record.sequence, record.hash) for record in records}
    assert len(acknowledged) > ROUNDS and acknowledged <= kept


def test_what_killed_processes_left_is_sent_once_and_in_order(tmp_path: Path) -> None:
    """When the Collector is there again, whoever comes next sends each of their chains, whole and each record once."""
    directory = tmp_path / "audit"
    kept = {"OTEL_VOICE_AUDIT_DIR": str(directory), "OTEL_SERVICE_NAME": "killed"}
    with refusing() as nowhere:
        env = {**clean_environment(), **kept, "OTEL_EXPORTER_OTLP_ENDPOINT": nowhere, "OTEL_VOICE_EXIT_TIMEOUT": "0"}
        command = [INSTRUMENT, sys.executable, "-c", KILLING, str(ROUNDS_TO_SEND)]
        ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100)
    assert ran.returncode == 0, ran.stderr
    acknowledged = {tuple(json.loads(line)) for line in ran.stdout.splitlines()}
    with Sink() as sink:
        sending = {**kept, "OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint, "OTEL_VOICE_EXIT_TIMEOUT": "60"}
        for _ in range(2):  # the second finds nothing left to send
            assert run(tmp_path, "import time", sending).err == ""
        records = [read(log.body) for log in sink.logs() if "voice.audit.hash" in log.attributes]
    by_stream: dict[str, list[int]] = {}
    for record in records:
        by_stream.setdefault(record.stream, []).append(record.sequence)
    assert len(by_stream) == ROUNDS_TO_SEND + 1
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_stream.values())
    assert acknowledged <= {(record.stream, record.sequence, record.hash) for record in records}
    assert verify(of_lines("arrived", "".join(f"{record.line}\n" for record in records).encode())).findings == []


def test_every_cut_of_the_end_is_a_crash_and_no_edit(tmp_path: Path) -> None:
    """Wherever a write stopped, what is there verifies, and the half line is told as torn."""
    environment = {**clean_environment(), "OTEL_VOICE_AUDIT_DIR": str(tmp_path), "OTEL_VOICE_EXIT_TIMEOUT": "0"}
    recording = "import otel_voice\nfor n in range(3): otel_voice.audit('data.access', n=n)"
    subprocess.run([sys.executable, "-c", recording], env=environment, check=True, timeout=60)
    [segment] = spool.segments(tmp_path)
    whole = segment.path.read_bytes()
    header, first, second, _ = (len(line) for line in whole.splitlines(keepends=True))
    whole_lines = (header + first, header + first + second, len(whole))
    for length in range(header + first, len(whole)):
        segment.path.write_bytes(whole[:length])
        report = verify(of_spool(tmp_path))
        assert report.findings == []
        # A record that lacks nothing but the end of its line is whole.
        assert bool(report.notes) == (length not in whole_lines and length + 1 not in whole_lines)
