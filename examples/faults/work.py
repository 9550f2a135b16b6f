"""The program's own work: tools, other systems, timers."""

import asyncio

import otel_voice


class CrmTimeoutError(Exception):
    """The CRM did not answer in time."""


@otel_voice.traced(component="billing")
async def settle():
    """An invoice is settled, and the database is away."""
    try:
        with otel_voice.timer("db_query"):
            await asyncio.sleep(0.05)
            raise ConnectionError("the database is away")
    except ConnectionError as error:
        otel_voice.record_error(error, invoice=4711)


async def tools():
    """Tools succeed, fail, are denied, and ask first."""
    with otel_voice.tool("book_appointment"):
        await asyncio.sleep(0.1)
    with otel_voice.timer("search"):
        await asyncio.sleep(0.1)
    try:
        with otel_voice.tool("check_coverage"):
            raise LookupError("no such street")
    except LookupError:
        pass
    with otel_voice.tool("refund") as call:
        call.denied("over_the_limit")
    with otel_voice.tool("cancel_contract") as call:
        call.confirmation_required("cannot_be_undone")


async def integrations():
    """The calendar answers; the CRM fails and does not answer in time, until nobody asks it any more."""
    otel_voice.event("integration.circuit", adapter="calendar", state="closed")
    with otel_voice.integration("calendar", "book"):
        await asyncio.sleep(0.1)
    for _ in range(3):
        with otel_voice.integration("crm", "lookup") as request:
            request.failed("http_502")
    try:
        with otel_voice.integration("crm", "update"):
            raise CrmTimeoutError("no answer in 2 s")
    except CrmTimeoutError:
        pass
    otel_voice.event("integration.circuit", adapter="crm", state="open")
    try:
        await asyncio.wait_for(searched(), timeout=0.05)
    except asyncio.TimeoutError:
        pass


@otel_voice.integration("calendar", "search")
async def searched():
    await asyncio.sleep(1)
