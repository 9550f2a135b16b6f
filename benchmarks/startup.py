"""What a start under auto-instrumentation costs over the SDK's own configurator, and which SDKs it imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from opentelemetry.instrumentation import auto_instrumentation

from benchmarks.result import BenchmarkError, Result

ROUNDS = 12
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
}


def measure() -> list[Result]:
    """Both starts in turn; the fastest of each, because other work on the machine only ever adds."""
    bare, ours = [], []
    imported: set[str] = set()
    for _ in range(ROUNDS):
        bare.append(_start(BARE + TELL, {})[0])
        seconds, names = _start(TELL, _auto_instrumented())
        ours.append(seconds)
        imported |= names
    return [
        Result("start, over the bare configurator, processor time", (min(ours) - min(bare)) * 1000, "ms", limit=60),
        Result(f"provider SDKs imported by it {sorted(imported)}", len(imported), "", limit=0),
    ]


def _auto_instrumented() -> dict[str, str]:
    return {
        "PYTHONPATH": str(Path(auto_instrumentation.__file__).parent),
        "OTEL_PYTHON_DISTRO": "otel_voice",
        "OTEL_PYTHON_CONFIGURATOR": "otel_voice",
    }


def _start(program: str, env: dict[str, str]) -> tuple[float, set[str]]:
    """Seconds of processor time until the program's first line, and the SDKs that were imported by then."""
    done = subprocess.run(
        (sys.executable, "-c", program),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **EXPORTERS, **env},
    )
    words = done.stdout.split()
    if done.returncode or not words:
        raise BenchmarkError(f"a program did not start:\n{done.stderr[-3000:]}")
    return float(words[0]), set(words[1:])
