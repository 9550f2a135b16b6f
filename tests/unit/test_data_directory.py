"""The store lies where each platform keeps a user's data."""

from __future__ import annotations

from pathlib import Path

import pytest

from otel_voice.settings import default_data_dir

HOME = Path.home()


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({}, "linux", HOME / ".local/share/otel-voice"),
        ({"XDG_DATA_HOME": "/data"}, "linux", Path("/data/otel-voice")),
        ({"XDG_DATA_HOME": "relative"}, "linux", HOME / ".local/share/otel-voice"),
        ({}, "darwin", HOME / "Library/Application Support/otel-voice"),
        ({"LOCALAPPDATA": "/local"}, "win32", Path("/local/otel-voice")),
    ],
)
def test_the_data_directory(environ: dict[str, str], platform: str, expected: Path) -> None:
    """Each platform's own place; an empty or relative XDG_DATA_HOME is ignored."""
    assert default_data_dir(environ, platform) == expected
