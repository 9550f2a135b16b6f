"""Makes the virtual environments of the Makefile and of the test matrix, and keeps them until they are used up.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
STAMP = "otel-voice.stamp"

REQUIREMENTS = {
    "demo": ("--editable", ".[demo]"),
    "prices": ("genai-prices",),
    "dev": (
        *("--editable", ".[demo]"),
        *("--group", "dev", "--group", "sdks", "--group", "sdks-apart", "--group", "pages", "--group", "declarative"),
    ),
}


class EnvironmentSetupError(Exception):
    """The environment could not be made; the text says which step failed and what to do."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment: where it is, which interpreter it is made from, what pip is told to install."""

    folder: Path
    interpreter: str
    requirements: tuple[str, ...]

    @property
    def python(self) -> Path:
        """The interpreter inside the environment."""
        return self.folder / "bin" / "python"

    def ingredients(self) -> str:
        """A digest of all that the environment was made from; when it changes the environment is used up."""
        version = _output(self.interpreter, "-c", "import sys; print(sys.version, sys.base_prefix)")
        digest = hashlib.sha256()
        for part in (str(self.folder), version, *self.requirements):
            digest.update(part.encode() + b"\0")
        digest.update((ROOT / "pyproject.toml").read_bytes())
        return digest.hexdigest()

    def ready(self) -> bool:
        """True when it stands and is made from what it would be made from now."""
        stamp = self.folder / STAMP
        return self.python.exists() and stamp.exists() and stamp.read_text() == self.ingredients()


def ensure(environment: Environment) -> Path:
    """Make the environment unless it is ready, and return its interpreter; raises EnvironmentSetupError."""
    if not environment.ready():
        _build(environment)
    return environment.python


def _build(environment: Environment) -> None:
    shown = environment.folder.relative_to(ROOT)
    sys.stderr.write(f"Setting up {shown} (once; takes a minute) ...\n")
    shutil.rmtree(environment.folder, ignore_errors=True)
    environment.folder.parent.mkdir(parents=True, exist_ok=True)
    _run(
        (environment.interpreter, "-m", "venv", str(environment.folder)),
        f"cannot make a virtual environment with {environment.interpreter}: is its venv module installed "
        "(on Debian and Ubuntu: apt-get install python3-venv)?",
    )
    _pip(environment, "--upgrade", "pip>=25.1")
    _pip(environment, *environment.requirements)
    (environment.folder / STAMP).write_text(environment.ingredients())


def _pip(environment: Environment, *arguments: str) -> None:
    command = (str(environment.python), "-m", "pip", "install", "--quiet", "--no-input", *arguments)
    _run(command, f"pip could not install {' '.join(arguments)}; is the package registry reachable?")


def _run(command: tuple[str, ...], complaint: str) -> None:
    quiet = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, stdout=sys.stderr, check=False)
    if done.returncode:
        raise EnvironmentSetupError(complaint)


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> int:
    """Run from the command line: make the named environment unless it is ready."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(REQUIREMENTS))
    name = parser.parse_args().name
    try:
        ensure(Environment(CACHE / "venvs" / name, sys.executable, REQUIREMENTS[name]))
    except EnvironmentSetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
