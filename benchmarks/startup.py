"""What a start under auto-instrumentation costs over the SDK's own configurator, and which SDKs it imports."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from opentelemetry.instrumentation import auto_instrumentation

import otel_voice
from benchmarks.callgrind import callgrind, total
from benchmarks.result import BenchmarkError, Result

ROUNDS = 12
# The bare start took 330 ms where it was first measured, of which the 60 ms that ours may add are 18 %.
LIMIT = 1.18
# At the end everybody exports what there is; a start ends with the program's first line.
FIRST_LINE = "import os; os._exit(0)"
SDKS = ("openai", "deepgram", "elevenlabs")
TELL = f"import sys, time; print(time.process_time(), *(name for name in {SDKS!r} if name in sys.modules))"
BARE = """
import opentelemetry.instrumentation.auto_instrumentation._load
from opentelemetry.sdk._configuration import _OTelSDKConfigurator
_OTelSDKConfigurator().configure(auto_instrumentation_version="0")
"""
EXPORTERS = {
    **{f"OTEL_{signal}_EXPORTER": "otlp" for signal in ("TRACES", "METRICS", "LOGS")},
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
    "OTEL_SERVICE_NAME": "benchmark",
    "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
    # Audit records that somebody left on this machine are none of this program's.
    "OTEL_VOICE_AUDIT_DIR": str(Path(os.devnull) / "none"),
}


def measure() -> list[Result]:
    """Both starts by their instructions, which repeat, and by the clock, which is only told: machines change speed."""
    _compile_as_pip_does()
    bare, ours = [], []
    imported: set[str] = set()
    for _ in range(ROUNDS):
        bare.append(_start(BARE + TELL, {})[0])
        seconds, names = _start(TELL, _auto_instrumented())
        ours.append(seconds)
        imported |= names
    instructions = _instructions(FIRST_LINE, _auto_instrumented()) / _instructions(BARE + FIRST_LINE, {})
    to_the_end = _instructions("pass", _auto_instrumented()) / _instructions(BARE, {})
    return [
        Result("a start, of one by the bare configurator", instructions, "x", limit=LIMIT),
        Result("a program that does nothing, its end included", to_the_end, "x"),
        # The fastest of each, because other work on the machine only ever adds.
        Result("the same, over the bare configurator, processor time", (min(ours) - min(bare)) * 1000, "ms"),
        Result(f"provider SDKs imported by it {sorted(imported)}", len(imported), "", limit=0),
    ]


def _compile_as_pip_does() -> None:
    """A checkout may have no bytecode, and an environment may forbid to write it; what pip installed has it."""
    compileall.compile_dir(Path(otel_voice.__file__).parent, quiet=1)


def _auto_instrumented() -> dict[str, str]:
    return {
        "PYTHONPATH": str(Path(auto_instrumentation.__file__).parent),
        "OTEL_PYTHON_DISTRO": "otel_voice",
        "OTEL_PYTHON_CONFIGURATOR": "otel_voice",
    }


def _start(program: str, env: dict[str, str]) -> tuple[float, set[str]]:
    """Seconds of processor time until the program's first line, and the SDKs that were imported by then."""
    command = (sys.executable, "-c", program)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment(env))
    words = done.stdout.split()
    if done.returncode or not words:
        raise BenchmarkError(f"a program did not start:\n{done.stderr[-3000:]}")
    return float(words[0]), set(words[1:])


def _instructions(program: str, env: Mapping[str, str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        callgrind((sys.executable, "-c", program), out, _environment(env))
        return total(out)


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **EXPORTERS, **env}
