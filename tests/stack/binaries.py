"""`make stack-binaries`: builds the real programs of the stack from Go modules, once, into .cache/stack/bin."""

from __future__ import annotations

import hashlib
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.stack import building
from tests.stack.building import BIN, CACHE, ROOT, SMALL, BuildError

__all__ = ["BIN", "CACHE", "ROOT"]

MODULES = Path(__file__).parent / "modules"
BUILDER_CONFIG = ROOT / "collector" / "builder-config.yaml"
BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.158.0"
JAEGER = "github.com/jaegertracing/jaeger"
JAEGER_VERSION = "v1.76.0"
ALERTMANAGER = "github.com/prometheus/alertmanager"
ALERTMANAGER_VERSION = "v0.34.0"


@dataclass(frozen=True)
class Program:
    """A program of the stack: what it is called, what decides whether it is used up, how it is built."""

    name: str
    versions: tuple[str, ...]
    ingredients: tuple[Path, ...]
    build: Callable[[Path], None]

    @property
    def binary(self) -> Path:
        """Where the built program is."""
        return BIN / self.name

    @property
    def stamp(self) -> Path:
        """Says what the program was built from."""
        return BIN / f"{self.name}.stamp"

    def digest(self) -> str:
        """Changes when the program has to be built anew."""
        content = hashlib.sha256(" ".join((_go_version(), *SMALL, *self.versions)).encode())
        for path in self.ingredients:
            content.update(path.read_bytes())
        return content.hexdigest()

    def ready(self) -> bool:
        """True when it stands and nothing that it was built from has changed."""
        return self.binary.is_file() and self.stamp.is_file() and self.stamp.read_text() == self.digest()


def ensure(program: Program) -> None:
    """Build the program unless it is ready. Raises BuildError."""
    if program.ready():
        _say(f"{program.name}: built already")
        return
    _say(f"{program.name}: building (once; minutes, from Go modules) ...")
    began, worked = time.monotonic(), _cpu_seconds()
    BIN.mkdir(parents=True, exist_ok=True)
    log = CACHE / f"{program.name}.log"
    log.write_text("")
    program.build(log)
    program.stamp.write_text(program.digest())
    _say(
        f"{program.name}: built in {time.monotonic() - began:.0f} s, {_cpu_seconds() - worked:.0f} s of processor time"
    )


def _collector(log: Path) -> None:
    building.collector(BUILDER, BUILDER_CONFIG, log)


def _jaeger(log: Path) -> None:
    source = building.unpacked(JAEGER, JAEGER_VERSION, log)
    building.patched(source, MODULES / "jaeger", log)
    building.compiled("jaeger", "./cmd/jaeger", source, log)


def _alertmanager(log: Path) -> None:
    source = building.unpacked(ALERTMANAGER, ALERTMANAGER_VERSION, log)
    building.with_page(source, "ui/app/dist", "<p>Alertmanager without its page: ask /api/v2/alerts.</p>\n")
    building.compiled("alertmanager", "./cmd/alertmanager", source, log)


def _amtool(log: Path) -> None:
    source = building.unpacked(ALERTMANAGER, ALERTMANAGER_VERSION, log)
    building.compiled("amtool", "./cmd/amtool", source, log)


def _kfake(log: Path) -> None:
    building.compiled("kfake", ".", MODULES / "kfake", log)


def _wrapped(name: str, package: str) -> Program:
    """A program whose own go.mod cannot be used: ours, in modules/, repeats its replacements."""
    module = MODULES / package.split("/")[2]

    def build(log: Path) -> None:
        building.compiled(name, package, module, log)

    return Program(name, (), (module / "go.mod", module / "go.sum"), build)


PROGRAMS = (
    Program("otelcol", (BUILDER,), (BUILDER_CONFIG,), _collector),
    _wrapped("prometheus", "github.com/prometheus/prometheus/cmd/prometheus"),
    _wrapped("promtool", "github.com/prometheus/prometheus/cmd/promtool"),
    Program("alertmanager", (ALERTMANAGER, ALERTMANAGER_VERSION), (), _alertmanager),
    Program("amtool", (ALERTMANAGER, ALERTMANAGER_VERSION), (), _amtool),
    Program("jaeger", (JAEGER, JAEGER_VERSION), tuple(sorted((MODULES / "jaeger").iterdir())), _jaeger),
    Program("kfake", (), tuple(sorted((MODULES / "kfake").iterdir())), _kfake),
    _wrapped("loki", "github.com/grafana/loki/v3/cmd/loki"),
)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _go_version() -> str:
    return subprocess.run(("go", "version"), capture_output=True, text=True, check=True).stdout


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def main() -> int:
    """Build what is not ready; 1 when Go is absent or a program cannot be built."""
    if shutil.which("go") is None:
        _say("Go is not installed: install Go 1.26.5 or newer (https://go.dev/dl)")
        return 1
    try:
        for program in PROGRAMS:
            ensure(program)
    except BuildError as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
