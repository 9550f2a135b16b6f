"""`make stack-binaries`: builds the real programs of the stack from Go modules, once, into .cache/stack/bin."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "stack"
BIN = CACHE / "bin"
MODULES = Path(__file__).parent / "modules"
BUILDER_CONFIG = ROOT / "collector" / "builder-config.yaml"
BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.159.0"
SMALL = ("-trimpath", "-ldflags=-s -w")


class BuildError(Exception):
    """A program could not be built; the text says which and where its log is."""


@dataclass(frozen=True)
class Program:
    """A program of the stack: what it is called, what decides whether it is used up, how it is built."""

    name: str
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
        content = hashlib.sha256(_go_version().encode())
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
    BIN.mkdir(parents=True, exist_ok=True)
    log = CACHE / f"{program.name}.log"
    log.write_text("")
    program.build(log)
    program.stamp.write_text(program.digest())
    _say(f"{program.name}: built")


def _build_collector(log: Path) -> None:
    source = CACHE / "source" / "otelcol"
    shutil.rmtree(source, ignore_errors=True)
    source.parent.mkdir(parents=True, exist_ok=True)
    manifest = source.with_suffix(".yaml")
    manifest.write_text(f"{BUILDER_CONFIG.read_text()}\n".replace("dist:\n", f"dist:\n  output_path: {source}\n", 1))
    _run(("go", "install", BUILDER), ROOT, log)
    _run((str(BIN / "builder"), "--config", str(manifest), "--skip-compilation"), ROOT, log)
    _run(("go", "build", "-tags", "grpcnotrace", *SMALL, "-o", str(BIN / "otelcol"), "."), source, log)


def _from_module(name: str, package: str) -> Program:
    module = MODULES / package.split("/")[2]

    def build(log: Path) -> None:
        _run(("go", "build", *SMALL, "-o", str(BIN / name), package), module, log)

    return Program(name, (module / "go.mod", module / "go.sum"), build)


PROGRAMS = (
    Program("otelcol", (BUILDER_CONFIG,), _build_collector),
    _from_module("prometheus", "github.com/prometheus/prometheus/cmd/prometheus"),
    _from_module("promtool", "github.com/prometheus/prometheus/cmd/promtool"),
    _from_module("amtool", "github.com/prometheus/alertmanager/cmd/amtool"),
    _from_module("loki", "github.com/grafana/loki/v3/cmd/loki"),
)


def _run(command: tuple[str, ...], folder: Path, log: Path) -> None:
    with log.open("a") as output:
        done = subprocess.run(command, cwd=folder, env=_environment(), stdout=output, stderr=output, check=False)
    if done.returncode:
        tail = "\n".join(log.read_text().splitlines()[-5:])
        raise BuildError(f"`{' '.join(command[:3])} ...` failed; the whole log is {log.relative_to(ROOT)}\n{tail}")


def _environment() -> Mapping[str, str]:
    # Modules stay writable, so that `make clean` can remove them.
    flags = f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip()
    folders = {"GOMODCACHE": str(CACHE / "go" / "mod"), "GOCACHE": str(CACHE / "go" / "build"), "GOBIN": str(BIN)}
    return {**os.environ, **folders, "GOFLAGS": flags, "CGO_ENABLED": "0"}


def _go_version() -> str:
    return subprocess.run(("go", "version"), capture_output=True, text=True, check=True).stdout


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


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
