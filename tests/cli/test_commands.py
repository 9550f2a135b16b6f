"""`show`, `list`, `export` and `demo`, and what they say when they cannot do their work."""

import json
import subprocess
from importlib.metadata import version

import pytest

from otel_voice.cli import demo, demonstrations, endpoint
from otel_voice.cli.demonstrations import Demonstration
from otel_voice.cli.main import main
from otel_voice.local.conversations import Conversations
from otel_voice.local.errors import LocalError
from otel_voice.local.receiver import Receiver
from otel_voice.local.store import Store
from tests.cli.conftest import CALLING
from tests.local import payloads


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "store.sqlite3"
    with Store(path) as store:
        store.add(payloads.rows_of(payloads.call()))
        store.add(payloads.rows_of(payloads.traces(payloads.root("call-2", number=2))))
        store.add(payloads.rows_of(payloads.logs(payloads.log("starting", 0, conversation=None))))
    return str(path)


def test_the_version(otel_voice):
    """`--version` says the version of the package."""
    assert otel_voice("--version").stdout == f"otel-voice {version('otel-voice')}\n"


def test_list_names_every_conversation(store, capsys):
    """One line each, and one for what belongs to none; `--store` may stand before or after the command."""
    assert main(["list", "--store", store]) == main(["--store", store, "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "call-1" in lines[0] and "not ended" in lines[0] and "call-2" in lines[1]
    assert "0 operations and 1 log lines (otel-voice show --alone)" in lines[2]


def test_show_takes_the_newest_or_an_id(store, capsys):
    """Without an id the conversation that started last; with one, its own; with --alone, the rest."""
    for arguments, expected in (["call-1"], "nova-3"), (["--alone"], "starting"), ([], "conversation call-"):
        assert main(["show", *arguments, "--store", store]) == 0
        assert expected in capsys.readouterr().out


def test_export_writes_a_file(store, tmp_path, capsys):
    """`--output` gets the document, and a file that cannot be written is named."""
    assert main(["export", "call-1", "--output", str(tmp_path / "out.json"), "--store", store]) == 0
    assert json.loads((tmp_path / "out.json").read_text())["resourceSpans"]
    assert main(["export", "--output", str(tmp_path), "--store", store]) == 2
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["show"], ["list"], ["export"], ["show", "call-1"]])
def test_without_a_store(arguments, tmp_path, capsys):
    """Status 2, and the line says what makes a store."""
    assert main([*arguments, "--store", str(tmp_path / "none.sqlite3")]) == 2
    assert "otel-voice run" in capsys.readouterr().err


def test_an_unknown_id(store, capsys):
    """Status 2, and the line says where the ids are."""
    assert main(["show", "nobody", "--store", store]) == 2
    assert "no conversation nobody" in capsys.readouterr().err


def test_an_output_that_is_closed_early(command, environment, tmp_path):
    """`otel-voice export | head` ends quietly with the status of a broken pipe."""
    path = tmp_path / "store.sqlite3"
    with Store(path) as store:
        store.add(payloads.rows_of(payloads.logs(payloads.log("x" * 2_000_000, 1))))
    export = subprocess.Popen(
        [*command, "export", "--store", str(path)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    export.stdout.read(10)
    export.stdout.close()
    assert (export.wait(30), export.stderr.read()) == (141, b"")
    export.stderr.close()


def test_a_terminal_without_utf_8(otel_voice, environment, store):
    """Letters that the output cannot have are replaced, not an error."""
    environment["PYTHONIOENCODING"] = "ascii"
    assert otel_voice("show", "call-1", "--store", store).returncode == 0


@pytest.mark.parametrize(
    "url, said",
    [
        ("localhost:4318", "not an http:// or https:// URL"),
        ("http://localhost:port", "not a URL"),
        ("http://127.0.0.1:1", "nothing answers at --endpoint"),
        ("http://127.0.0.1:4317x", "not a URL"),
    ],
)
def test_an_endpoint_that_does_not_answer(url, said):
    """The line names the URL and what is wrong with it."""
    with pytest.raises(LocalError, match=said):
        endpoint.checked(url)


def test_the_demo_sends_to_a_collector(tmp_path, monkeypatch):
    """`demo --endpoint URL` sends the conversation there, and keeps nothing itself."""
    path = tmp_path / "collector.sqlite3"
    monkeypatch.setattr(demo, "one_call", lambda url: Demonstration([demo.sys.executable, CALLING], {}))
    with Store(path) as store, Receiver(store.add, http_port=0, grpc_port=0) as collector:
        assert main(["demo", "--endpoint", f"{collector.endpoint}/"]) == 0
    assert "call-1" in [one.id for one in Conversations(path).listed()]


def test_the_faults_go_to_no_real_provider(tmp_path, monkeypatch):
    """A user's own keys and addresses are not used; what they say of telemetry is."""
    monkeypatch.setenv("OPENAI_API_KEY", "their-key")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://api.openai.com/v1")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "theirs")
    given = demonstrations.faults_to_watch("http://127.0.0.1:8765", tmp_path).environment
    assert given["OPENAI_API_KEY"] == "simulated"
    assert given["OPENAI_BASE_URL"] == "http://127.0.0.1:8765/v1"
    assert "OTEL_SERVICE_NAME" not in given


def test_the_demo_says_what_is_missing(monkeypatch, capsys):
    """Without the provider SDKs the line says how to install them."""
    monkeypatch.setattr(demo, "_NEEDED", ("aiohttp", "no_such_sdk"))
    assert main(["demo"]) == 2
    assert "the demo needs no_such_sdk: pip install 'otel-voice[demo]'" in capsys.readouterr().err
