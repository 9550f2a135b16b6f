"""A bad day at Northwind Telecom: everything that a voice agent can suffer, on purpose, in less than a minute.

    python examples/faults [--rounds N] [--waiting N]

Four services: the reception, on the telephone; the telesales, whose disk takes no audit record; a campaign, whose
model refuses every request; and the night line, which is killed. Whatever goes wrong, the day ends well, with status 0.
One file is one kind of trouble.
"""

import argparse
import asyncio
import logging
import os
import subprocess
import sys
from pathlib import Path

import calls
import cases
import health
import logs
import refusals
import security
import slowness
import telephone
import web
import work

log = logging.getLogger("faults")

ROUND_SECONDS = 9.0
RECEPTION = (
    calls.answered,
    calls.abandoned,
    calls.interrupted,
    calls.failed,
    slowness.slow_model,
    slowness.slow_voice,
    refusals.refused_model_with_fallback,
    refusals.refusing_recogniser,
    refusals.refusing_voice,
    work.settle,
    work.tools,
    work.integrations,
    cases.queues,
    cases.cases,
    cases.messages,
    security.logins,
    security.audited,
    logs.errors,
    logs.flood,
    logs.alerts,
    web.requests,
)
TELESALES = (
    calls.called_out,
    calls.answered_elsewhere,
    slowness.slow_recogniser,
    refusals.broken_model,
    refusals.broken_stream,
    refusals.invalid_key,
    cases.business,
    security.audited,
)
CAMPAIGN = (refusals.exhausted_model,)
BESIDE = {"telesales": TELESALES, "campaign": CAMPAIGN}


async def suffer(trouble):
    """One trouble; what it leaves unhandled is logged, as a server does with one call of many."""
    try:
        await trouble()
    except Exception:
        logging.getLogger("calls").exception("%s ended badly", trouble.__name__)


async def day(troubles, rounds, waiting):
    """Everything at the same time, so many times; somebody is always waiting on the line."""
    telephone.prepare()
    health.checks()
    over = asyncio.Event()
    held = asyncio.create_task(calls.waiting(waiting, over))
    for number in range(rounds):
        begun = asyncio.get_running_loop().time()
        await asyncio.gather(*map(suffer, troubles))
        await suffer(health.blocked_loop)
        if number + 1 < rounds:
            await asyncio.sleep(max(0.0, begun + ROUND_SECONDS - asyncio.get_running_loop().time()))
    over.set()
    await held


def start(service, *command):
    """Another service, with a name and a place of its own, on a machine that keeps no records."""
    resource = "deployment.environment.name=staging,cloud.region=us-east-1"
    named = {"OTEL_SERVICE_NAME": service, "OTEL_RESOURCE_ATTRIBUTES": resource}
    disk = {"OTEL_VOICE_AUDIT_DIR": f"{os.devnull}/audit"}
    return subprocess.Popen([sys.executable, *command], env={**os.environ, **named, **disk})


def everybody(rounds, waiting):
    """The reception's day, with the other services beside it."""
    again = (str(Path(__file__).parent), "--rounds", str(rounds), "--service")
    others = [start(service, *again, service) for service in BESIDE]
    night_line = start("night-line", str(Path(__file__).with_name("night_line.py")))
    for trouble in (health.checks, *RECEPTION, *TELESALES, *CAMPAIGN, health.blocked_loop):
        log.info("%s", trouble.__doc__)
    try:
        asyncio.run(day(RECEPTION, rounds, waiting))
        for service in others:
            service.wait()
    finally:
        log.info("The night line is killed.")
        for service in (night_line, *others):
            service.kill()
            service.wait()


def main():
    console = logging.StreamHandler()
    console.addFilter(logging.Filter("faults"))
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[console])
    for library in ("httpx", "httpx2"):
        logging.getLogger(library).setLevel(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4, help="how often everything goes wrong (default: 4)")
    parser.add_argument("--waiting", type=int, default=0, help="callers who hold the line all the time")
    parser.add_argument("--service", choices=BESIDE, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.service:
        asyncio.run(day(BESIDE[arguments.service], arguments.rounds, waiting=0))
    else:
        everybody(arguments.rounds, arguments.waiting)


if __name__ == "__main__":
    main()
