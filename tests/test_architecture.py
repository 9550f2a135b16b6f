"""The arrows between the rooms of otel_voice, held by reading the imports of every file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "otel_voice"
ALL = "all rooms"

# room -> the rooms it may import. A room that is not here fails: decide where it stands.
MAY_IMPORT: dict[str, set[str]] = {
    "observation": set(),
    "settings": set(),
    "schema": set(),
    "environment_variables": {"settings"},
    "capture": {"observation"},
    "conversations": {"observation"},
    "providers": {"capture", "observation"},
    "prices": {"observation"},
    "privacy": set(),
    "telemetry": {"observation", "conversations", "prices", "privacy", "schema"},
    "logs": {"telemetry", "export", "settings"},
    "events": {"block", "capture", "conversations", "logs", "observation", "runtime", "telemetry"},
    "block": set(),
    "export": {"privacy", "settings"},
    "audit_trail": {"telemetry", "logs", "export", "observation", "settings"},
    "local": {"telemetry"},
    "health": {"export", "settings", "telemetry"},
    "imports": {"conversations", "observation"},
    "frameworks": {"capture", "conversations", "observation"},
    "ingress": {"capture", "conversations", "observation"},
    "doctor": {"capture", "frameworks", "ingress", "providers"},
    "simulators": set(),
    "monitoring": {"telemetry"},
    "reports": {"health", "local", "monitoring", "telemetry"},
    "stack": {"monitoring"},
    "cli": {ALL},
    "distro": {ALL},
    "configurator": {ALL},
    "instrumentors": {ALL},
    "runtime": {ALL},
    "api": {ALL},
    "call": {ALL},
    "importing": {ALL},
    "": {ALL},
}

# Who may import what from outside, anywhere in the file.
WIRING = {"distro", "configurator", "instrumentors", "runtime", "api", "call", "importing"}
OPENTELEMETRY = {"telemetry", "logs", "audit_trail", "export", "local", "cli"} | WIRING
# export waits for multiprocessing to be imported, so that nothing is imported because we are installed.
WRAPT = {"capture", "export"}
ENVIRONMENT = {"settings", "cli"}
PROVIDER_SDKS = {"openai", "deepgram", "elevenlabs"}


@dataclass(frozen=True)
class Import:
    """One import of one file. `lazy` is true inside a function, `typing` under TYPE_CHECKING."""

    file: Path
    line: int
    module: str
    lazy: bool
    typing: bool

    @property
    def top(self) -> str:
        return self.module.split(".")[0]

    def __str__(self) -> str:
        return f"{self.file.relative_to(PACKAGE.parent)}:{self.line} imports {self.module}"


def files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "example" not in path.relative_to(PACKAGE).parts)


def room_of(path: Path) -> str:
    """The folder directly under otel_voice, or the module's own name; empty for otel_voice/__init__.py."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def room_of_module(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports_of(path: Path) -> Iterator[Import]:
    yield from _walk(path, ast.parse(path.read_text(encoding="utf-8")), lazy=False, typing=False)


def _walk(path: Path, node: ast.AST, *, lazy: bool, typing: bool) -> Iterator[Import]:
    for module in _modules(node):
        yield Import(path, getattr(node, "lineno", 0), module, lazy, typing)
    lazy = lazy or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    typing = typing or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
    for child in ast.iter_child_nodes(node):
        yield from _walk(path, child, lazy=lazy, typing=typing)


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, "otel_voice imports itself by full names"
    module = node.module or ""
    # `from otel_voice import settings` names a room, `from otel_voice.settings import Settings` a thing in it.
    return [f"{module}.{alias.name}" for alias in node.names] if module == "otel_voice" else [module]


IMPORTS = [found for path in files() for found in imports_of(path)]


def test_every_room_is_classified() -> None:
    """A new room fails until somebody decides what it may import."""
    assert {room_of(path) for path in files()} <= MAY_IMPORT.keys()


@pytest.mark.parametrize("room", sorted(room for room, allowed in MAY_IMPORT.items() if ALL not in allowed))
def test_a_room_imports_only_what_its_arrow_allows(room: str) -> None:
    """provider call -> capture -> observation -> conversation -> telemetry: never against the flow."""
    allowed = {room, *MAY_IMPORT[room]}
    against = [
        str(found)
        for found in IMPORTS
        if found.top == "otel_voice" and room_of(found.file) == room and room_of_module(found.module) not in allowed
    ]
    assert against == []


def test_only_telemetry_and_the_borders_know_opentelemetry() -> None:
    """What happened and how it is seen stay free of how it is said."""
    assert outside("opentelemetry", OPENTELEMETRY) == []


def test_only_capture_knows_wrapt() -> None:
    """Wrapping somebody else's function is one room's business."""
    assert outside("wrapt", WRAPT) == []


def test_conversations_observation_prices_and_privacy_need_the_standard_library_only() -> None:
    """The rules of turns and of costs can be read and tested with nothing installed."""
    foreign = [
        str(found)
        for found in IMPORTS
        if room_of(found.file) in ("conversations", "observation", "prices", "privacy")
        and found.top not in sys.stdlib_module_names | {"otel_voice"}
    ]
    assert foreign == []


def test_no_provider_sdk_is_imported_because_we_are() -> None:
    """An SDK is imported by the program, or inside a function that runs after the program did, never by a module."""
    at_import = [str(found) for found in IMPORTS if found.top in PROVIDER_SDKS and not found.lazy and not found.typing]
    assert at_import == []


def test_only_settings_reads_the_environment() -> None:
    """One reader, so that one table can say what there is and one place can say what is wrong."""
    readers = [
        f"{path.relative_to(PACKAGE.parent)}: {ast.unparse(node)}"
        for path in files()
        if room_of(path) not in ENVIRONMENT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _reads_environment(node)
    ]
    assert readers == []


def outside(package: str, rooms: set[str]) -> list[str]:
    """The imports of `package` by any other room."""
    return [str(found) for found in IMPORTS if found.top == package and room_of(found.file) not in rooms]


def _reads_environment(node: ast.AST) -> bool:
    names = {"environ", "environb", "getenv", "putenv"}
    if isinstance(node, ast.Attribute):
        return node.attr in names and isinstance(node.value, ast.Name) and node.value.id == "os"
    return isinstance(node, ast.ImportFrom) and node.module == "os" and any(a.name in names for a in node.names)
