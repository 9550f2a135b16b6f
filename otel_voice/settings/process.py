"""What the process was given: its environment, and the directories that follow from it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

# Compiled when they are asked for, which is not at the start.
_NAMES_SECRET = r"(?i)(?:^|_)(?:(?:API)?_?KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:_ID|_BEDROCK)?$"
_LOOKS_SECRET = r"(?=[^/\\\s])(?=\S*[0-9A-Z_=+.\-])\S{12,1024}"


def environment() -> MutableMapping[str, str]:
    """The environment of this process, for the parts that hand it on or write defaults into it."""
    return os.environ


def is_true(env: Mapping[str, str], name: str) -> bool:
    """Whether a variable of the OpenTelemetry SDK says `true`, read as the SDK reads it."""
    return env.get(name, "").strip().lower() == "true"


def is_any_set(env: Mapping[str, str], *names: str) -> bool:
    """Whether it is worth while to read the settings: most programs set none of these."""
    return any(env.get(name) for name in names)


def default_data_dir(env: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The user's data directory for otel_voice, by the custom of each platform."""
    return _platform_data_dir(env, platform) / "otel-voice"


def _platform_data_dir(env: Mapping[str, str], platform: str) -> Path:
    if platform == "darwin":
        return _home() / "Library" / "Application Support"
    if platform == "win32":
        return Path(env.get("LOCALAPPDATA") or _home() / "AppData" / "Local")
    # The XDG specification says that a relative path must be ignored.
    xdg = Path(env.get("XDG_DATA_HOME") or "")
    return xdg if xdg.is_absolute() else _home() / ".local" / "share"


def _home() -> Path:
    """A container's random user has no home; the current directory is what it can write to."""
    try:
        return Path.home()
    except RuntimeError:
        return Path()


def known_secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    """The values of variables that are named as keys, tokens and passwords, longest first; paths are none."""
    values = {
        value for name, value in env.items() if re.search(_NAMES_SECRET, name) and re.fullmatch(_LOOKS_SECRET, value)
    }
    return tuple(sorted(values, key=lambda value: (-len(value), value)))
