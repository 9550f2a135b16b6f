"""Runs the program that says every secret, and gathers all that left it, way by way."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.distro.program import INSTRUMENT, clean_environment
from tests.privacy.planted import places
from tests.privacy.planted.program import SAID
from tests.privacy.planted.provider import repeating

ROOT: Final = Path(__file__).resolve().parents[3]
PROGRAM: Final = "from tests.privacy.planted.program import main\nmain()\n"
OPENED: Final = """
from otel_voice.privacy.redactor import Redactor
Redactor._checked = lambda self, text: text
Redactor.whole = lambda self, kind, written, canonical: written
"""
"""In front of the program: nothing is redacted, so that everything must be found."""

PAGES: Final = (
    "/health/ready",
    "/health/detailed",
    "/status",
    "/metrics",
    "/monitoring/metrics",
    "/metrics/calls",
    "/metrics/system",
)
LIMIT: Final = 120.0
_ENOUGH: Final = "100000"

ALWAYS: Final = {
    "OTEL_SERVICE_NAME": "agent",
    "OTEL_VOICE_REDACTION_NATIONAL_IDS": "us_ssn,ch_ahv",
    "OTEL_METRICS_EXEMPLAR_FILTER": "always_on",
    "OTEL_VOICE_LOG_FORMAT": "readable",
    "OTEL_BSP_MAX_QUEUE_SIZE": _ENOUGH,
    "OTEL_BLRP_MAX_QUEUE_SIZE": _ENOUGH,
}


def run(directory: Path, env: dict[str, str], *, health_port: int, in_front: str = "") -> dict[str, bytes]:
    """What left by the ways that are files, pages or streams of the process itself."""
    (directory / "program.py").write_text(in_front + PROGRAM)
    out, err = directory / "stdout", directory / "stderr"
    given = {
        **clean_environment(),
        **ALWAYS,
        **places.environment(),
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "OTEL_VOICE_DATA_DIR": str(directory / "data"),
        "OTEL_VOICE_AUDIT_DIR": str(directory / "audit"),
        "OTEL_VOICE_LOG_DIR": str(directory / "logs"),
        "OTEL_VOICE_HEALTH_PORT": str(health_port),
        **env,
    }
    command = [INSTRUMENT, sys.executable, "program.py"]
    with repeating() as provider, out.open("wb") as stdout, err.open("wb") as stderr:
        given["OPENAI_BASE_URL"] = provider
        process = subprocess.Popen(command, cwd=directory, env=given, stdout=stdout, stderr=stderr)
        try:
            _wait_for(directory / SAID, process, err)
            pages = [_page(health_port, path) for path in PAGES]
        finally:
            process.terminate()
            process.wait(LIMIT)
    return {
        places.CONSOLE: err.read_bytes(),
        places.EXPORTED: out.read_bytes(),
        places.FILES: _content(directory / "logs"),
        places.SPOOL: _content(directory / "audit"),
        places.PAGES: b"\n".join(pages),
    }


def leaks(left: dict[str, bytes]) -> list[tuple[str, str, str]]:
    """Class, place and way of everything that was found: nothing may be."""
    return sorted((kind, place, way) for way, raw in left.items() for kind, place in places.left_in(raw))


def missing(left: dict[str, bytes], besides: Iterable[str] = ()) -> list[tuple[str, str, str]]:
    """Class, place and way of what should have been found, where nothing is redacted; and was not."""
    found = {way: places.left_in(raw) for way, raw in left.items()}
    return [
        (kind, place, way)
        for place, ways in places.all_ways().items()
        for way in (*ways, *besides)
        for kind in places.CLASSES
        if way in found and (kind, place) not in found[way] and (place, kind) not in places.CANNOT
    ]


def _wait_for(path: Path, process: subprocess.Popen[bytes], err: Path) -> None:
    deadline = time.monotonic() + LIMIT
    while not path.exists():
        assert process.poll() is None, err.read_text()[-4000:]
        assert time.monotonic() < deadline, err.read_text()[-4000:]
        time.sleep(0.02)


def _page(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def _content(directory: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file())
