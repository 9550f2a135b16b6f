"""What the Collector's receiver host_metrics says of the machine that it runs on."""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.dashboards.metrics import INTERVAL

# Programs tell system metrics as well, with health on; theirs have a service.
_HOST: Final = 'service_name=""'
_TIME: Final = f"sum (rate(system_cpu_time_seconds_total{{{_HOST}%s}}[{INTERVAL}]))"
_MEMORY: Final = f"sum (system_memory_usage_bytes{{{_HOST}%s}})"
# One device is often mounted several times, in a container above all.
_FILES: Final = f'max by (device) (system_filesystem_usage_bytes{{{_HOST}, state=~"%s"}})'

_FREE: Final = _TIME % ', state=~"idle|wait"'
_USED: Final = _MEMORY % ', state="used"'

CPU: Final = f"1 - {_FREE} / ({_TIME % ''} > 0)"
MEMORY: Final = f"{_USED} / ({_MEMORY % ''} > 0)"
DISK: Final = f"{_FILES % 'used'} / ({_FILES % 'used'} + {_FILES % 'free'} > 0)"


def _both_ways(counter: str, *by: str) -> str:
    """What came and what went, a second."""
    return f"sum by ({', '.join((*by, 'direction'))}) (rate({counter}{{{_HOST}}}[{INTERVAL}]))"


NETWORK: Final = _both_ways("system_network_io_bytes_total", "device")
NETWORK_ERRORS: Final = f"{_both_ways('system_network_errors_total')} + {_both_ways('system_network_dropped_total')}"
DISK_TRAFFIC: Final = _both_ways("system_disk_io_bytes_total", "device")
