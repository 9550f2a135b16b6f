"""`otel-voice report`: formats, and what it says when it cannot make one."""

import json
import socket

import pytest

from otel_voice.cli.main import main
from tests.reports import traffic

DAY = ["--since", "2026-11-20", "--until", "2026-11-21"]


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "store.sqlite3"
    traffic.a_day().keep(path)
    return str(path)


@pytest.mark.parametrize(
    ("format", "beginning"), [("table", "2026-11-20"), ("json", "{"), ("csv", "start,end"), ("html", "<!DOCTYPE")]
)
def test_formats(store, format, beginning, capfd):
    """Each is all that is printed, and status 0."""
    assert main(["report", "--store", store, *DAY, "--format", format, "--by", "hour"]) == 0
    printed = capfd.readouterr()
    assert printed.out.startswith(beginning) and not printed.err


def test_the_store_of_the_user(otel_voice, environment, tmp_path):
    """Without a source it is the store in the data directory, which is not there yet."""
    done = otel_voice("report")
    assert (done.returncode, done.stdout) == (2, "")
    assert environment["OTEL_VOICE_DATA_DIR"] in done.stderr and "otel-voice run" in done.stderr


def test_csv_has_its_own_line_ends(store, capfdbinary):
    """Also where text has others."""
    assert main(["report", "--store", store, *DAY, "--format", "csv"]) == 0
    printed = capfdbinary.readouterr().out
    assert printed.count(b"\r\n") == printed.count(b"\n") > 10


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "yesterday"], "--since 'yesterday' is no moment: give 90m"),
        (["--until", "2026-02-30"], "--until '2026-02-30' is no moment"),
        (["--since", "2026-11-21", "--until", "2026-11-20"], "before it begins"),
        (["--since", "60w"], "at most 400"),
        (["--since", "50d", "--by", "hour"], "or by day"),
        (["--timezone", "Mars"], "not a time zone"),
        (["--prometheus", "http://localhost:1"], "name one of them"),
    ],
)
def test_what_is_no_question(store, arguments, said, capsys):
    """Status 2 and one line."""
    assert main(["report", "--store", store, *arguments]) == 2
    printed = capsys.readouterr()
    assert said in printed.err and printed.err.count("\n") == 1 and not printed.out


@pytest.mark.parametrize(
    "arguments", [["--format", "pdf"], ["--by", "minute"], ["--serve", "0"], ["--serve", "x:80"], ["--serve", "70000"]]
)
def test_what_is_no_option(arguments, capsys):
    """argparse says what is allowed."""
    with pytest.raises(SystemExit) as ended:
        main(["report", *arguments])
    assert ended.value.code == 2 and arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--prometheus", "http://127.0.0.1:{port}"], "cannot be reached"),
        (["--prometheus", "localhost:9090"], "is no address"),
        (["--loki", "http://127.0.0.1:{port}"], "name Prometheus, too"),
    ],
)
def test_a_stack_that_is_none(arguments, said, capsys):
    """Status 2 and one line that names the program."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert main(["report", *(one.format(port=port) for one in arguments)]) == 2
    printed = capsys.readouterr().err
    assert said in printed and printed.count("\n") == 1


def test_a_port_that_is_taken(store, capsys):
    """Status 2, and the line says which."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["report", "--store", store, "--serve", port]) == 2
    assert f"port {port}" in capsys.readouterr().err


def test_json_is_what_the_endpoints_give(otel_voice, store):
    """One document for both."""
    done = otel_voice("report", "--store", store, *DAY, "--format", "json")
    assert json.loads(done.stdout)["total"]["calls"]["ended"] == 4
