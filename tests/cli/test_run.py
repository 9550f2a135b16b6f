"""`otel-voice run`: the program cannot tell the difference, and its conversation is shown and kept."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from tests.cli.conftest import CALLING

PYTHON = sys.executable
SHELL = ("/bin/sh", "-c")


def test_a_call_is_shown_and_kept(otel_voice):
    """Streams and exit status are the program's own, the view is on standard error, the store has the call."""
    ran = otel_voice("run", "--", PYTHON, CALLING, "exit=3", "metrics")
    assert (ran.returncode, ran.stdout) == (3, "between the turns\n")
    assert "turn 2, 6.50 s, response 2.40 s, interrupted, 1 error" in ran.stderr
    assert "completed, 13.00 s, 2 turns" in ran.stderr and "otel-voice show call-1" in ran.stderr
    assert "done\n" in ran.stderr
    assert "call-1" in otel_voice("list").stdout
    assert "book_appointment" in otel_voice("show", "call").stdout
    exported = json.loads(otel_voice("export", "call-1").stdout)
    assert all(exported[signal] for signal in ("resourceSpans", "resourceLogs", "resourceMetrics"))


def test_on_a_terminal_the_view_has_bars(command, environment):
    """When standard error is a terminal the coloured view is on it, and standard output is the program's alone."""
    ours, theirs = os.openpty()
    run = subprocess.Popen([*command, "run", PYTHON, CALLING], env=environment, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = "".join(iter(lambda: read(ours), ""))
    assert (run.communicate(timeout=60)[0], run.returncode) == (b"between the turns\n", 0)
    assert "█" in shown and "book_appointment" in shown
    os.close(ours)


def read(terminal):
    """What the terminal shows next; nothing when the last writer has closed it, which is an error on Linux."""
    try:
        return os.read(terminal, 65536).decode("utf-8", "replace")
    except OSError:
        return ""


def test_two_programs_at_once(command, environment, otel_voice):
    """Two runs share the store; each takes ports of its own."""
    runs = [
        subprocess.Popen(
            [*command, "run", PYTHON, CALLING, f"id={id}", "crash"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for id in ("first", "second")
    ]
    shown = [run.communicate(timeout=60)[1] for run in runs]
    assert "conversation first" in shown[0] and "conversation second" not in shown[0]
    assert [id in otel_voice("list").stdout for id in ("first", "second")] == [True, True]


@pytest.mark.parametrize("status", [0, 42])
def test_the_exit_status_passes_through(otel_voice, status):
    """Any exit status of the program is ours."""
    assert otel_voice("run", *SHELL, f"exit {status}").returncode == status


def test_death_by_a_signal_is_told_as_a_shell_does(otel_voice):
    """A program that died of signal n is status 128 + n."""
    assert otel_voice("run", *SHELL, "kill -9 $$").returncode == 137


def test_standard_input_passes_through(otel_voice):
    """The program reads our standard input."""
    assert otel_voice("run", "cat", input="hello\n").stdout == "hello\n"


@pytest.fixture
def attentive(number):
    """What runs in the background ignores some signals, and so does every program it starts."""
    before = signal.signal(number, signal.default_int_handler)
    yield
    signal.signal(number, before)


@pytest.mark.usefixtures("attentive")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_reach_the_program(command, environment, number):
    """A signal sent to us is handled by the program, whose exit status is then ours."""
    script = f"trap 'exit 7' {number.name[3:]}; echo ready; while :; do sleep 0.05; done"
    run = subprocess.Popen(
        [*command, "run", *SHELL, script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    assert run.stdout.readline() == "ready\n"
    run.send_signal(number)
    assert run.wait(30) == 7
    run.stdout.close()


def test_a_missing_program(otel_voice):
    """Status 127 and one line."""
    ran = otel_voice("run", "no-such-program")
    assert (ran.returncode, ran.stdout) == (127, "")
    assert ran.stderr == "otel-voice: no-such-program: program not found\n"


def test_a_script_without_its_interpreter(otel_voice, tmp_path):
    """Status 126, and the line says what was probably meant."""
    script = tmp_path / "agent.py"
    script.write_text("")
    ran = otel_voice("run", str(script))
    assert (ran.returncode, f"did you mean: python {script}?" in ran.stderr) == (126, True)


def test_a_directory_is_no_program(otel_voice, tmp_path):
    """Status 126."""
    assert otel_voice("run", f"{tmp_path}/").returncode == 126


def test_no_program_at_all(otel_voice):
    """Status 2, with an example."""
    ran = otel_voice("run")
    assert (ran.returncode, "otel-voice run python agent.py" in ran.stderr) == (2, True)


def test_a_program_that_sends_nothing(otel_voice):
    """When no telemetry came the last line says so and what to look at."""
    assert "no telemetry came from true" in otel_voice("run", "true").stderr


def test_a_bad_store_stops_it_before_the_program_starts(otel_voice, tmp_path):
    """Status 2, one line, the program was not run, the file is as it was."""
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("mine")
    ran = otel_voice("run", "--store", str(thesis), "echo", "started")
    assert (ran.returncode, ran.stdout, thesis.read_text()) == (2, "", "mine")
    assert ran.stderr.count("\n") == 1 and str(thesis) in ran.stderr


@pytest.mark.parametrize("option", ["--http-port", "--grpc-port"])
def test_a_port_in_use_stops_it_before_the_program_starts(otel_voice, option):
    """Status 2 and one line with the port and the option."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        ran = otel_voice("run", option, port, "echo", "started")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1 and port in ran.stderr and option in ran.stderr


def test_a_port_that_is_no_port(otel_voice):
    """Status 2, naming what was given and what is allowed."""
    ran = otel_voice("run", "--http-port", "99999", "true")
    assert (ran.returncode, "99999 is not a port" in ran.stderr) == (2, True)
