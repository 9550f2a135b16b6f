"""What the user chose for logs: by the environment, by a file where the environment says nothing, or in code.

A file is a JSON or TOML object with the names below, each the name of a setting without its prefix.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from otel_voice.settings import VARIABLES, Settings, Variable

_PREFIX = "OTEL_VOICE_LOG_"
_FILE = "config"

KEYS: Mapping[str, Variable] = {
    variable.name.removeprefix(_PREFIX).lower(): variable
    for variable in VARIABLES
    if variable.name.startswith(_PREFIX) and not variable.name.endswith(_FILE.upper())
}
"""What a file and configure_logs() may name: level, levels, include, exclude, burst, format, dir, ..."""


def chosen(env: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """The settings of `env` over those of the file that it names, and what is wrong with that file."""
    path = Settings.from_env(env).log_config
    if path is None:
        return Settings.from_env(env), []
    told, problems = read(path)
    said = {name: text for name, text in env.items() if text.strip()}
    return Settings.from_env({**told, **said}), problems


def in_code(env: Mapping[str, str], options: Mapping[str, object]) -> Settings:
    """The settings of `env` with `options` over them; raises ValueError for one that is not allowed."""
    told, problems = _checked(options, "configure_logs()")
    if problems:
        raise ValueError(" ".join(problems))
    settings, _ = chosen({**env, **told})
    return settings


def read(path: Path) -> tuple[dict[str, str], list[str]]:
    """The file as environment variables, and what is wrong with it, in sentences that name it."""
    try:
        content = _parsed(path)
    except (OSError, ValueError, RecursionError) as error:
        return {}, [f"OTEL_VOICE_LOG_CONFIG: {path} cannot be read and is ignored: {error}"]
    if not isinstance(content, Mapping):
        return {}, [f"OTEL_VOICE_LOG_CONFIG: {path} must hold one object, not {type(content).__name__}; it is ignored."]
    return _checked(content, str(path))


def _parsed(path: Path) -> object:
    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() != ".toml":
        return json.loads(text)
    if find_spec("tomllib") is None:
        raise ValueError("TOML needs Python 3.11 or newer; write the same as JSON")
    return import_module("tomllib").loads(text)


def _checked(content: Mapping[Any, object], where: str) -> tuple[dict[str, str], list[str]]:
    texts: dict[str, str] = {}
    problems = []
    for key, value in content.items():
        variable = KEYS.get(key)
        problem = _unknown(where, key) if variable is None else _wrong(where, key, variable, _text(value))
        if problem is not None:
            problems.append(problem)
        elif variable is not None:
            texts[variable.name] = _text(value)
    return texts, problems


def _unknown(where: str, key: object) -> str:
    return f"{where}: {key!r} is not a setting of logs and is ignored. There are {', '.join(KEYS)}."


def _wrong(where: str, key: str, variable: Variable, text: str) -> str | None:
    try:
        variable.parse(text or variable.default)
    except ValueError:
        return f"{where}: {key} = {text!r} is not allowed. Allowed: {variable.allowed}."
    return None


def _text(value: object) -> str:
    """As the environment variable would say it."""
    if isinstance(value, Mapping):
        return ",".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(str(item) for item in value)
    return "" if value is None else str(value)
