"""Hume: Octave over HTTP, by the public calls and by the raw clients behind them.

The websockets are driven in `tests/providers/test_hume_socket.py` and `test_hume_chat.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import httpx
from hume import AsyncHumeClient, HumeClient
from hume.tts import FormatPcm, PostedUtterance

from otel_voice.providers.hume import PROVIDER
from tests.contract.exercises import SECRET, Exercise, Managed, Streamed, Whole, websocket

VERSION = tuple(int(number) for number in version("hume").split(".")[:2])
UNREACHABLE = {
    str(point): "a connection is not one operation: driven in tests/providers/test_hume_*.py"
    for point in PROVIDER.points
    if point.shape.__name__.endswith("session")
}
ONCE: Any = {"request_options": {"max_retries": 0}}
_SPEECH: Any = {"utterances": [PostedUtterance(text=SECRET)], "format": FormatPcm(), **ONCE}


def client(colour: str, base: str, timeout: float = 10.0, key: str = "simulated") -> Any:
    """A client of the simulators; `colour` is "" or "Async"."""
    kind, http = (AsyncHumeClient, httpx.AsyncClient) if colour else (HumeClient, httpx.Client)
    # Without certificates, which take longer to load than a call takes.
    plain = http(timeout=timeout, verify=False)
    return kind(api_key=key, timeout=timeout, httpx_client=plain, **_address(base))


def socket_client(colour: str, base: str, key: str = "simulated") -> Any:
    """A client whose websockets go to the simulators, which it knows by an environment only."""
    from hume.environment import HumeClientEnvironment

    kind, live = AsyncHumeClient if colour else HumeClient, websocket(base)
    place = HumeClientEnvironment(base=base, evi=f"{live}/v0/evi", tts=f"{live}/v0/tts", stream=live)
    return kind(api_key=key, environment=place)


def _address(base: str) -> dict[str, Any]:
    """Where to go: 0.13 knows it by an environment only."""
    if VERSION != (0, 13):
        return {"base_url": base}
    from hume.environment import HumeClientEnvironment

    return {"environment": HumeClientEnvironment(base=base, evi=base, tts=base, stream=base)}


def _speak(colour: str, method: str, raw: str = "") -> Callable[[str, float], Any]:
    def call(base: str, timeout: float) -> Any:
        tts = client(colour, base, timeout).tts
        return getattr(getattr(tts, raw) if raw else tts, method)(**_SPEECH)

    call.__name__ = raw or "public"
    return call


def _exercises(colour: str) -> list[Exercise]:
    points = f"hume.tts.raw_client:{colour}RawTtsClient"
    found: list[Exercise] = [
        Streamed(f"{points}.{method}", _speak(colour, method))
        for method in ("synthesize_file", "synthesize_file_streaming", "synthesize_json_streaming")
    ]
    found.append(Whole(f"{points}.synthesize_json", _speak(colour, "synthesize_json")))
    return found


_RAW = "synthesize_file_streaming"
EXERCISES = [
    *_exercises(""),
    *_exercises("Async"),
    Managed(f"hume.tts.raw_client:RawTtsClient.{_RAW}", _speak("", _RAW, "with_raw_response"), lambda raw: raw.data),
]
