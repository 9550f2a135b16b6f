"""What is wrong with the process itself: a check that fails, an event loop that stands still."""

import asyncio
import time

import otel_voice


def checks():
    """The database cannot be reached."""

    @otel_voice.register_check("database")
    def database():
        raise ConnectionError("the database is away")


async def blocked_loop():
    """Somebody sleeps on the event loop: every call stutters."""
    for _ in range(3):
        time.sleep(0.6)
        await asyncio.sleep(0.2)
