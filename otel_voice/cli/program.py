"""The program that `run` starts: found as a shell finds it, and told by its environment where to send telemetry."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NOT_FOUND: Final = 127
_NOT_EXECUTABLE: Final = 126
_INSTRUMENT: Final = "opentelemetry-instrument"
_RUN_INSTRUMENT: Final = "from opentelemetry.instrumentation.auto_instrumentation import run; run()"
# An endpoint of one signal would win over ours, and that signal would be missing from the view.
_PER_SIGNAL: Final = tuple(
    f"OTEL_EXPORTER_OTLP_{signal}_{what}"
    for signal in ("TRACES", "METRICS", "LOGS")
    for what in ("ENDPOINT", "PROTOCOL")
)
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_LOOPBACK: Final = "127.0.0.1,localhost"


@dataclass(frozen=True)
class CannotStart:
    """Why a program cannot be started, with the exit status that a shell gives."""

    status: int
    reason: str


def find(program: str) -> str | CannotStart:
    """The path of the program."""
    found = shutil.which(program)
    if found is not None:
        return found
    path = Path(program)
    if os.sep not in program or not path.exists():
        return CannotStart(_NOT_FOUND, f"{program}: program not found{_hint(program)}")
    if path.is_dir():
        return CannotStart(_NOT_EXECUTABLE, f"{program}: is a directory")
    return CannotStart(_NOT_EXECUTABLE, f"{program}: not executable{_hint(program)}")


def instrumented(path: str, arguments: Sequence[str]) -> list[str]:
    """The command that runs the program under auto-instrumentation."""
    beside = Path(sys.executable).with_name(_INSTRUMENT + (".exe" if os.name == "nt" else ""))
    if os.access(beside, os.X_OK):
        return [str(beside), path, *arguments]
    return [sys.executable, "-c", _RUN_INSTRUMENT, path, *arguments]


def environment(inherited: Mapping[str, str], program: Sequence[str], endpoint: str, protocol: str) -> dict[str, str]:
    """The environment of the program: the inherited one, with telemetry sent to `endpoint`."""
    found = {name: value for name, value in inherited.items() if name not in _PER_SIGNAL}
    found["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
    found["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol
    found["OTEL_PYTHON_DISTRO"] = "otel_voice"
    found["OTEL_PYTHON_CONFIGURATOR"] = "otel_voice"
    if not found.get("OTEL_SERVICE_NAME") and "service.name=" not in found.get("OTEL_RESOURCE_ATTRIBUTES", ""):
        found["OTEL_SERVICE_NAME"] = service_name(program)
    if any(found.get(name) for name in _PROXIES):
        _keep_loopback_from_the_proxy(found)
    return found


def service_name(program: Sequence[str]) -> str:
    """What to call a program that has no name: its script or module, else the command."""
    arguments = list(program[1:])
    if "-m" in arguments[:-1]:
        return arguments[arguments.index("-m") + 1]
    script = next((argument for argument in arguments if argument.endswith(".py")), program[0])
    return Path(script).stem


def _keep_loopback_from_the_proxy(found: dict[str, str]) -> None:
    excepted = found.get("no_proxy") or found.get("NO_PROXY")
    found["no_proxy"] = found["NO_PROXY"] = f"{excepted},{_LOOPBACK}" if excepted else _LOOPBACK


def _hint(program: str) -> str:
    return f" (did you mean: python {program}?)" if program.endswith(".py") and Path(program).is_file() else ""
