"""Takes bad values of the SDK's settings out of the environment before the SDK reads them.

To the SDK one bad value is a reason to switch all telemetry off.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from urllib.parse import urlsplit

from otel_voice.export.allowed import CHECKS, PER_SIGNAL, Check, fraction, says
from otel_voice.export.defaults import QUEUE

_HOST_AND_PORT = re.compile(r"^[\w.\-\[\]:]+$")


def repair(env: MutableMapping[str, str]) -> list[str]:
    """Correct `env` in place; one line for each bad value, naming the variable and the choices."""
    problems = [_repair(env, name, check) for check in CHECKS for name in check.names]
    problems += [_repair_endpoint(env, signal) for signal in PER_SIGNAL]
    problems += [_repair_batch(env, processor) for processor in ("BSP", "BLRP")]
    problems.append(_repair_sampler_argument(env))
    return [problem for problem in problems if problem]


def _repair(env: MutableMapping[str, str], name: str, check: Check) -> str | None:
    text = env.get(name, "").strip()
    if not text or _is_good(check, text):
        return None
    del env[name]
    return _problem(name, text, check.allowed(), check.instead)


def _is_good(check: Check, text: str) -> bool:
    try:
        return check.good(text)
    except ValueError:
        return False


def _problem(name: str, text: str, allowed: str, instead: str) -> str:
    return f"{name}={text!r} is not allowed. Allowed: {allowed}. Using {instead} instead."


def _repair_endpoint(env: MutableMapping[str, str], signal: str) -> str | None:
    """gRPC also takes host:port; HTTP needs the whole URL."""
    protocol = env.get(f"OTEL_EXPORTER_OTLP_{signal}PROTOCOL") or env.get("OTEL_EXPORTER_OTLP_PROTOCOL", "")
    grpc = protocol.strip() == "grpc"
    default = f"http://localhost:{4317 if grpc else 4318}"

    def good(text: str) -> bool:
        return _is_url(text) or (grpc and bool(_HOST_AND_PORT.match(text)))

    check = Check((), says(f"a URL such as {default}"), good, default)
    return _repair(env, f"OTEL_EXPORTER_OTLP_{signal}ENDPOINT", check)


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0


def _repair_batch(env: MutableMapping[str, str], processor: str) -> str | None:
    name, queue_name = f"OTEL_{processor}_MAX_EXPORT_BATCH_SIZE", f"OTEL_{processor}_MAX_QUEUE_SIZE"
    batch, queue = env.get(name, "").strip(), env.get(queue_name, "").strip() or str(QUEUE)
    if not batch or int(batch) <= int(queue):
        return None
    env[name] = queue
    return _problem(name, batch, f"at most {queue_name} ({queue})", queue)


def _repair_sampler_argument(env: MutableMapping[str, str]) -> str | None:
    """A ratio, where the sampler takes one; other samplers read the argument in their own way."""
    if not env.get("OTEL_TRACES_SAMPLER", "").endswith("traceidratio"):
        return None
    check = Check((), says("a number from 0 to 1"), fraction, "1.0")
    problem = _repair(env, "OTEL_TRACES_SAMPLER_ARG", check)
    env.setdefault("OTEL_TRACES_SAMPLER_ARG", "1.0")
    return problem
