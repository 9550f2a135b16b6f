"""The machine that the Collector runs on: processors, memory, disks. Its host_metrics receiver tells them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from otel_voice.monitoring.rules import words
from otel_voice.monitoring.rules.records import CRITICAL, WARNING, Alert
from otel_voice.monitoring.values import Values

DASHBOARD: Final = "voice-system"

# Programs tell system metrics as well, with health on; theirs have a service. Other hosts' are told by a host's name,
# where a Collector's resource has one and Prometheus is told to keep it.
_HOST: Final = 'service_name=""'
_BY: Final = ("deployment_environment_name", "host_name")


def alerts(values: Values) -> Iterator[Alert]:
    """Those about the machine."""
    yield _cpu(values, "VoiceHostCpuCritical", CRITICAL)
    yield _cpu(values, "VoiceHostCpuHigh", WARNING)
    yield _memory(values, "VoiceHostMemoryCritical", CRITICAL)
    yield _memory(values, "VoiceHostMemoryHigh", WARNING)
    yield _disk(values)


def _cpu(values: Values, name: str, severity: str) -> Alert:
    window = values.alert(name).window
    time = f"sum by ({', '.join(_BY)}) (rate(system_cpu_time_seconds_total{{{_HOST}%s}}[{window}]))"
    # A processor that waits for a disk is free for something else.
    free = time % ', state=~"idle|wait"'
    return _alert(values, name, severity, f"1 - {free}\n  / ({time % ''} > 0)", "processors", f" over {window}")


def _memory(values: Values, name: str, severity: str) -> Alert:
    memory = f"sum by ({', '.join(_BY)}) (system_memory_usage_bytes{{{_HOST}%s}})"
    used = memory % ', state="used"'
    return _alert(values, name, severity, f"{used}\n  / ({memory % ''} > 0)", "memory", "")


def _disk(values: Values) -> Alert:
    # One device is often mounted several times, in a container above all.
    device = f"max by ({', '.join((*_BY, 'device'))})"
    usage = f"{device} (system_filesystem_usage_bytes{{{_HOST}, state=%s}})"
    used, free = usage % '"used"', usage % '"free"'
    return _alert(
        values, "VoiceHostDiskFull", WARNING, f"{used}\n  / ({used} + {free} > 0)", "disk {{ $labels.device }}", ""
    )


def _alert(values: Values, name: str, severity: str, share: str, what: str, over: str) -> Alert:
    asked = values.alert(name)
    plain = what.partition(" ")[0]
    return Alert(
        name,
        severity,
        f"{share}\n  > {asked.threshold:g}",
        when=f"more than {words.percent(asked.threshold)} of the host's {plain} in use",
        summary=f"the host's {what} in use: {words.PERCENT}",
        description=f"{{{{ with $labels.host_name }}}}{{{{ . }}}}: {{{{ end }}}}{words.PERCENT} of the {what} in "
        f"use{over}; the threshold is {words.percent(asked.threshold)}.",
        dashboard=DASHBOARD,
    )
