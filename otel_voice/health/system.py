"""This process and its machine in numbers, from the standard library and Linux's /proc.

What a platform does not tell is absent. The full set, on every platform, is that of OpenTelemetry's own
instrumentation (OTEL_VOICE_SYSTEM_METRICS).
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Numbers = dict[str, "float | int"]

_CGROUP = Path("/sys/fs/cgroup")
# A limit above this is no limit: version 1 of control groups tells none by a huge number.
_NO_LIMIT = 1 << 60


@dataclass(frozen=True)
class Share:
    """How much is used of what there is, in bytes."""

    used: int
    total: int

    @property
    def ratio(self) -> float:
        """0 to 1."""
        return self.used / self.total if self.total else 0.0


def memory() -> Share | None:
    """Of the container where it has a limit, of the machine otherwise; without what the kernel would give back."""
    return _container_memory() or _machine_memory()


def disk(path: Path) -> Share | None:
    """Of the file system on which this path is, or would be; total is what may be used without being root."""
    for folder in (path, *path.absolute().parents):
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            continue
        return Share(usage.used, usage.used + usage.free)
    return None


def uptime() -> float:
    """Seconds since the process started."""
    return round(time.time() - _STARTED, 3)


def process() -> dict[str, float | int]:
    """Processor time, memory, threads, files, garbage collections."""
    numbers: Numbers = {"uptime_seconds": uptime(), "threads": threading.active_count()}
    times = os.times()
    numbers["cpu_user_seconds"], numbers["cpu_system_seconds"] = times.user, times.system
    _add(numbers, "memory_bytes", _resident)
    _add(numbers, "open_files", lambda: len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - only counted
    for generation, stats in enumerate(gc.get_stats()):
        numbers[f"gc_{generation}_collections"] = stats["collections"]
    return numbers


def machine(path: Path) -> dict[str, float | int]:
    """Load, memory, the disk of `path`, and what the network carried since its start."""
    numbers: Numbers = {"cpus": os.cpu_count() or 1}
    _add(numbers, "load_1m", lambda: os.getloadavg()[0])
    for name, share in (("memory", memory()), ("disk", disk(path))):
        if share is not None:
            numbers[f"{name}_used_bytes"], numbers[f"{name}_total_bytes"] = share.used, share.total
    _add(numbers, "network_received_bytes", lambda: sum(received for received, _ in _network()))
    _add(numbers, "network_sent_bytes", lambda: sum(sent for _, sent in _network()))
    return numbers


def _add(numbers: Numbers, name: str, read: Callable[[], float | int]) -> None:
    try:
        numbers[name] = read()
    except (OSError, ValueError, IndexError, AttributeError):
        return


def _resident() -> int:
    if sys.platform == "linux":
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    raise OSError("only Linux tells it without another package")


def _network() -> Iterator[tuple[int, int]]:
    """Received and sent bytes of each interface but the loopback."""
    for line in Path("/proc/self/net/dev").read_text().splitlines()[2:]:
        name, _, counters = line.partition(":")
        if name.strip() != "lo":
            fields = counters.split()
            yield int(fields[0]), int(fields[8])


def _container_memory() -> Share | None:
    for used, limit, stat in (
        ("memory.current", "memory.max", "memory.stat"),
        ("memory/memory.usage_in_bytes", "memory/memory.limit_in_bytes", "memory/memory.stat"),
    ):
        try:
            total = int((_CGROUP / limit).read_text())
            if total < _NO_LIMIT:
                return Share(int((_CGROUP / used).read_text()) - _reclaimable(_CGROUP / stat), total)
        except (OSError, ValueError):
            continue
    return None


def _reclaimable(stat: Path) -> int:
    """Pages of files that nobody used lately, which Kubernetes does not count either."""
    fields = dict(line.split() for line in stat.read_text().splitlines())
    return int(fields.get("total_inactive_file", fields.get("inactive_file", 0)))


def _machine_memory() -> Share | None:
    try:
        fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        total, free = (int(fields[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
    except (OSError, KeyError, ValueError):
        return None
    return Share(total - free, total)


def _process_start() -> float:
    """Seconds since 1970; where the platform does not tell, the moment somebody first asked."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return time.time()


_STARTED = _process_start()
