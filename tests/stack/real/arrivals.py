"""What of the numbered traffic the backends have, and how often."""

from __future__ import annotations

import re
import urllib.request
from collections import Counter

from tests.stack.real.senders import BATCH, SERVICE, Traffic
from tests.stack.real.stack import Stack
from tests.stack.real.whole import WholeStack


def logs(stack: Stack, run: str, total: int) -> Counter[int]:
    """How often Loki answers with each numbered line, asked for a thousand numbers at a time."""
    found: Counter[int] = Counter()
    for thousand in range(-(-total // 1000)):
        for stream in stack.log_streams(f'{{service_name="{SERVICE}"}} |= "{run} {thousand:03d}"'):
            found.update(int(line.rsplit(" ", 1)[1]) for _, line in stream["values"])
    return found


def spans(stack: Stack, run: str) -> Counter[int]:
    """How often each numbered span was delivered."""
    return Counter(span.attributes[0].value.int_value for span in stack.traces.named(run))


def in_jaeger(stack: WholeStack, run: str) -> set[int]:
    """The numbers of the spans that Jaeger answers with; each is a trace of its own."""
    answer = stack.jaeger_get("traces", service=SERVICE, operation=run, lookback="1h", limit="100000")
    tags = (tag for trace in answer["data"] for span in trace["spans"] for tag in span["tags"])
    return {int(tag["value"]) for tag in tags if tag["key"] == "n"}


def counters(stack: Stack, run: str) -> dict[str, int]:
    """The last value of each counter in Prometheus."""
    query = f"last_over_time({run}_sent_total[1h])"
    answer = stack.prometheus_get("query", query=query)["result"]
    return {series["metric"]["n"]: int(series["value"][1]) for series in answer}


def missing(stack: WholeStack, traffic: Traffic) -> dict[str, int]:
    """How many of the accepted records of each signal are not in their backend; empty when all are there."""
    run = traffic.run
    accepted = {signal: traffic.accepted(signal) for signal in ("logs", "traces", "metrics")}
    lines = logs(stack, run, accepted["logs"])
    stored = in_jaeger(stack, run)
    values = counters(stack, run)
    sent = accepted["metrics"] // BATCH
    absent = {
        "logs": sum(number not in lines for number in range(accepted["logs"])),
        "traces": sum(number not in stored for number in range(accepted["traces"])),
        "metrics": sum(values.get(str(number)) != sent for number in range(BATCH)),
    }
    return {signal: count for signal, count in absent.items() if count}


def loki_received(stack: Stack) -> int:
    """How many lines Loki was given, counted before it drops what it already has."""
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.ports['loki']}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return sum(int(float(n)) for n in re.findall(r"^loki_distributor_lines_received_total\{.*\} (\S+)$", text, re.M))
