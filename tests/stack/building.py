"""How a program of the stack is built: from Go modules that the proxy serves and the checksum database knows."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "stack"
BIN = CACHE / "bin"
SOURCE = CACHE / "source"
# No Kubernetes and no cloud to discover scrape targets in: that is most of what Prometheus is built from.
SMALL = ("-trimpath", "-ldflags=-s -w", "-tags=grpcnotrace,remove_all_sd")


class BuildError(Exception):
    """A program could not be built; the text says which and where its log is."""


def collector(builder: str, config: Path, log: Path) -> None:
    """The Collector of a builder configuration, as `otelcol`."""
    source = SOURCE / "otelcol"
    shutil.rmtree(source, ignore_errors=True)
    SOURCE.mkdir(parents=True, exist_ok=True)
    manifest = source.with_suffix(".yaml")
    manifest.write_text(f"{config.read_text()}\n".replace("dist:\n", f"dist:\n  output_path: {source}\n", 1))
    run(("go", "install", builder), ROOT, log)
    run((str(BIN / "builder"), "--config", str(manifest), "--skip-compilation"), ROOT, log)
    compiled("otelcol", ".", source, log)


def compiled(name: str, package: str, folder: Path, log: Path) -> None:
    """A package, built with the go.mod of a folder."""
    run(("go", "build", *SMALL, "-o", str(BIN / name), package), folder, log)


def unpacked(module: str, version: str, log: Path) -> Path:
    """A copy of a module's source that may be changed; Go has compared the original with the checksum database."""
    target = SOURCE / module.rsplit("/", 1)[1]
    shutil.rmtree(target, ignore_errors=True)
    found = run(("go", "mod", "download", "-json", f"{module}@{version}"), ROOT, log)
    shutil.copytree(json.loads(found)["Dir"], target)
    return target


def patched(source: Path, ours: Path, log: Path) -> None:
    """Our go.mod and go.sum in place of the module's own, and our patch on its code."""
    for name in ("go.mod", "go.sum"):
        shutil.copy(ours / name, source / name)
    [patch] = ours.glob("*.patch")
    run(("git", "apply", "--unidiff-zero", str(patch)), source, log)


def with_page(source: Path, folder: str, text: str) -> None:
    """A page in place of the one that is made of JavaScript and is not in the module."""
    page = source / folder / "index.html.gz"
    page.parent.mkdir(parents=True)
    page.write_bytes(gzip.compress(text.encode(), mtime=0))


def run(command: tuple[str, ...], folder: Path, log: Path) -> str:
    """What a command printed; what it complains about goes to the log. Raises BuildError."""
    with log.open("a") as output:
        output.write(f"$ {' '.join(command)}\n")
        output.flush()
        done = subprocess.run(
            command, cwd=folder, env=_environment(), stdout=subprocess.PIPE, stderr=output, text=True, check=False
        )
        output.write(done.stdout)
    if done.returncode:
        tail = "\n".join(log.read_text().splitlines()[-5:])
        raise BuildError(f"`{' '.join(command[:3])} ...` failed; the whole log is {log.relative_to(ROOT)}\n{tail}")
    return done.stdout


def _environment() -> Mapping[str, str]:
    # Modules stay writable, so that `make clean` can remove them.
    flags = f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip()
    folders = {"GOMODCACHE": str(CACHE / "go" / "mod"), "GOCACHE": str(CACHE / "go" / "build"), "GOBIN": str(BIN)}
    return {**os.environ, **folders, "GOFLAGS": flags, "CGO_ENABLED": "0"}
