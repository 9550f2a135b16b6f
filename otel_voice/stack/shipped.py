"""The files of the stack that this installation carries: in the package of a wheel, in the repository of a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from otel_voice.stack.errors import StackError

PARTS: Final = (
    ".env",
    "docker-compose.yml",
    "docker-compose.secure.yml",
    "collector",
    "stack/alertmanager/alertmanager.yml",
    "stack/alertmanager/templates",
    # Of this folder nothing else: the rest are somebody's secrets.
    "stack/alertmanager/secrets/.gitignore",
    "stack/grafana",
    "stack/jaeger",
    "stack/loki",
    "stack/prometheus",
)
"""What the stack is made of, files and folders; pyproject.toml puts the same into the wheel."""

_PACKAGE: Final = Path(__file__).parent
_PLACES: Final = (_PACKAGE / "files", _PACKAGE.parent.parent)


def files() -> dict[str, bytes]:
    """The content of every file by its path below the stack's folder. Raises StackError when they are not there."""
    root = next((place for place in _PLACES if all((place / part).exists() for part in PARTS)), None)
    if root is None:
        raise StackError(
            f"the stack's files are missing from this installation: looked in {_PLACES[0]} and {_PLACES[1]}; "
            "install otel-voice again"
        )
    found = sorted(path for part in PARTS for path in _files_of(root / part))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def _files_of(part: Path) -> list[Path]:
    return [part] if part.is_file() else [path for path in part.rglob("*") if path.is_file()]
