"""`otel-voice doctor` on SDKs that are well, broken, old, new, and observed by somebody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SWITCH = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"


@pytest.fixture
def site(tmp_path, environment):
    """A directory that is searched before what is really installed."""
    directory = tmp_path / "site"
    directory.mkdir()
    environment["PYTHONPATH"] = str(directory)
    return directory


def distribution(site: Path, name: str, version: str, metadata: str = "", entry_points: str = "") -> None:
    """What an installer leaves of a distribution."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}")
    (info / "entry_points.txt").write_text(entry_points)


def package(site: Path, name: str, code: str = "") -> None:
    """An import package of one file."""
    (site / name).mkdir()
    (site / name / "__init__.py").write_text(code)


def test_what_is_observed_is_well(otel_voice):
    """All hooks of the installed SDK found their place, and the status is 0."""
    ended = otel_voice("doctor", "openai", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    (found,) = json.loads(ended.stdout)
    assert (found["health"], found["missing"], found["error"]) == ("observed", {}, None)
    assert found["attached"] == found["known"] > 10


def test_every_provider_is_told(otel_voice):
    """Without a name it is about all of them, each either with its version or among those that are not installed."""
    from otel_voice.doctor import tables

    ended = otel_voice("doctor", timeout=600)  # importing all of them takes a busy machine minutes
    assert ended.returncode == 0, ended.stdout
    assert all(name in ended.stdout for name in tables.NAMES)


def test_a_moved_layout_is_a_failure(otel_voice, site):
    """Which hook is missing, why, and what to do; status 1."""
    distribution(site, "groq", "1.0.0")
    package(site, "groq")
    ended = otel_voice("doctor", "groq")
    assert ended.returncode == 1
    assert "0 of 9 hooks" in ended.stdout
    assert "ModuleNotFoundError: No module named 'groq.resources'" in ended.stdout
    assert "Upgrade otel-voice, or install a groq from 0.25 to before 2" in ended.stdout


def test_a_part_whose_extra_is_not_installed_is_no_failure(otel_voice, site):
    """No program uses that part, so that nothing of it can be missing; what else is not there still is."""
    distribution(site, "groq", "1.0.0")
    package(site, "groq")
    package(site / "groq", "resources")
    package(site / "groq" / "resources", "chat")
    (site / "groq" / "resources" / "chat" / "completions.py").write_text("import an_extra_of_groq")
    (found,) = json.loads(otel_voice("doctor", "groq", "--json").stdout)
    assert found["health"] == "hooks missing"
    assert 0 < found["known"] < 9
    assert not any("chat" in hook for hook in found["missing"])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("import os; os._exit(7)", "its import ended the interpreter with status 7"),
    ],
    ids=["raises", "takes the interpreter with it"],
)
def test_an_sdk_that_cannot_be_imported_is_a_failure(otel_voice, site, code, said):
    """Its own error is told, the others are examined all the same, and the status is 1."""
    distribution(site, "groq", "1.0.0")
    package(site, "groq", code)
    ended = otel_voice("doctor", "groq", "openai")
    assert ended.returncode == 1
    assert said in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "openai" in ended.stdout


def test_what_an_sdk_prints_confuses_nobody(otel_voice, site):
    """Some greet whoever imports them."""
    distribution(site, "groq", "0.1.0")
    package(site, "groq", "print('{welcome}')")
    assert otel_voice("doctor", "groq").returncode == 0


def test_an_old_sdk_is_no_failure(otel_voice, site):
    """It is not supported, and the range that is stands beside it."""
    distribution(site, "groq", "0.1.0")
    package(site, "groq")
    ended = otel_voice("doctor", "groq")
    assert ended.returncode == 0
    assert "its calls are not observed: otel_voice knows groq 0.25 to before 2. Upgrade groq." in ended.stdout


def test_whoever_observes_it_too_is_named(otel_voice, site):
    """With the name under which that one is switched off."""
    distribution(
        site,
        "another-instrumentation-groq",
        "2.0",
        'Provides-Extra: instruments\nRequires-Dist: groq>=0.1; extra == "instruments"\nRequires-Dist: wrapt\n',
        "[opentelemetry_instrumentor]\ntheirs = another:GroqInstrumentor\n",
    )
    ended = otel_voice("doctor", "groq", "openai", "--json")
    groq, openai = json.loads(ended.stdout)
    assert groq["others"] == {"another-instrumentation-groq": "theirs"}
    assert openai["others"] == {}
    assert f"{SWITCH}=theirs" in otel_voice("doctor", "groq").stdout


def test_what_is_switched_off_says_by_what(otel_voice, environment):
    """It is no failure, because somebody asked for it."""
    ended = otel_voice("doctor", "groq", env={**environment, SWITCH: "otel_voice_groq, theirs"})
    assert ended.returncode == 0
    assert f"{SWITCH} names otel_voice_groq" in ended.stdout


def test_an_sdk_that_tells_of_itself(otel_voice):
    """Native telemetry is found by the hooks that follow it."""
    assert "makes spans of its own: they are completed, not doubled" in otel_voice("doctor", "anthropic").stdout


def test_an_unknown_name_is_an_error(otel_voice):
    """It lists the names there are; status 2."""
    ended = otel_voice("doctor", "openia")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "there is no provider 'openia'; there are openai, deepgram" in ended.stderr


def test_who_tells_of_a_server_is_not_told_twice(otel_voice, site):
    """Instrumentations of a server make the span that we do not make."""
    metadata = "Provides-Extra: instruments\nRequires-Dist: uvicorn; extra == 'instruments'\n"
    distribution(site, "another-server", "1", metadata, "[opentelemetry_instrumentor]\ntheirs = another:Theirs\n")
    ended = otel_voice("doctor", "uvicorn", "--json")
    (uvicorn,) = json.loads(ended.stdout)
    assert (uvicorn["health"], uvicorn["others"]) == ("observed", {})
