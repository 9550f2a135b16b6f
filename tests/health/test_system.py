"""Memory and disk, of a container and of a machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from otel_voice.health import builtin, system
from otel_voice.health.system import Share


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(system, "_CGROUP", tmp_path)
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_memory_of_a_container(group: Path) -> None:
    """Against its limit, without pages of files that the kernel would give back."""
    write(group, {"memory.max": "1000\n", "memory.current": "900\n", "memory.stat": "anon 1\ninactive_file 300\n"})
    assert system.memory() == Share(600, 1000)


def test_memory_of_a_container_by_the_first_version_of_control_groups(group: Path) -> None:
    """As older kernels and Docker tell it."""
    write(
        group,
        {
            "memory/memory.limit_in_bytes": "1000\n",
            "memory/memory.usage_in_bytes": "900\n",
            "memory/memory.stat": "inactive_file 1\ntotal_inactive_file 200\n",
        },
    )
    assert system.memory() == Share(700, 1000)


@pytest.mark.parametrize("limit", ["max\n", "9223372036854771712\n", "", "nonsense"])
def test_no_limit_is_the_machine(group: Path, limit: str) -> None:
    """A container without one can use all there is."""
    write(group, {"memory.max": limit, "memory/memory.limit_in_bytes": limit, "memory.current": "1"})
    share, machine = system.memory(), system._machine_memory()
    assert (share and share.total) == (machine and machine.total)


def test_memory_that_is_full_fails(group: Path) -> None:
    """Before the kernel ends the process."""
    write(group, {"memory.max": "1000", "memory.current": "960", "memory.stat": "inactive_file 0"})
    with pytest.raises(builtin.UnhealthyError, match=r"96% of 0.0 GiB used"):
        builtin.memory()


def test_a_platform_that_does_not_tell_passes(group: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not known is no failure."""
    monkeypatch.setattr(system, "_machine_memory", lambda: None)
    monkeypatch.setattr(system, "disk", lambda path: None)
    assert builtin.memory() == builtin.disk(Path()) == "not told on this platform"


def test_the_disk_of_a_folder_that_is_still_to_be_made(tmp_path: Path) -> None:
    """The nearest one above it that exists."""
    share = system.disk(tmp_path / "not" / "yet")
    usage = os.statvfs(tmp_path)
    assert share is not None and share.total <= usage.f_blocks * usage.f_frsize


@pytest.mark.parametrize(("used", "total", "ok"), [(96, 100, False), (94, 100, True), (96 << 40, 100 << 40, True)])
def test_a_full_disk_fails(monkeypatch: pytest.MonkeyPatch, used: int, total: int, ok: bool) -> None:
    """By its share, unless what is left is much."""
    monkeypatch.setattr(system, "disk", lambda path: Share(used, total))
    if ok:
        assert "used" in builtin.disk(Path())
    else:
        with pytest.raises(builtin.UnhealthyError, match=r"96% used, 0\.0 GiB left"):
            builtin.disk(Path())


def test_numbers_that_cannot_be_read_are_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Absent, not 0, and the others stay."""

    def fails() -> int:
        raise OSError("not here")

    monkeypatch.setattr(system, "_resident", fails)
    monkeypatch.setattr(system, "_network", lambda: iter([fails()]))
    assert "memory_bytes" not in system.process() and system.process()["threads"] >= 1
    assert "network_sent_bytes" not in system.machine(Path()) and system.machine(Path())["cpus"] >= 1
