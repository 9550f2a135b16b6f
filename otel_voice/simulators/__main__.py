"""`python -m otel_voice.simulators [--port N]`: serve until a signal comes."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from otel_voice.simulators.server import HOST, serve


async def run(port: int) -> None:
    """Serve on `port` (0: a free one), say where, and stop on SIGINT or SIGTERM."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    started: asyncio.Future[int] = loop.create_future()
    started.add_done_callback(_announce)
    await serve(port, started, stopping)


def _announce(started: asyncio.Future[int]) -> None:
    if started.cancelled():
        return
    url = f"http://{HOST}:{started.result()}"
    sys.stdout.write(f"simulators ready: openai {url}/v1 deepgram {url} elevenlabs {url}\n")
    sys.stdout.flush()


def main() -> int:
    """Parse the command line and serve; 1 when the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m otel_voice.simulators", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; a free one by default")
    port = parser.parse_args().port
    try:
        asyncio.run(run(port))
    except OSError as error:
        sys.stderr.write(f"simulators: cannot listen on {HOST}:{port}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
