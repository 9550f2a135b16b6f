"""The OTLP receiver as a whole: both protocols, on the standard ports when they are free."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from functools import partial
from types import TracebackType
from typing import Final, TypeVar

from otel_voice.local.errors import PortInUseError
from otel_voice.local.receiver_grpc import GrpcReceiver
from otel_voice.local.receiver_http import LOOPBACK, HttpReceiver, Sink

GRPC_PORT: Final = 4317
HTTP_PORT: Final = 4318


_Listener = TypeVar("_Listener", HttpReceiver, GrpcReceiver)


class Receiver:
    """Both receivers, listening from `start` (or `with`) to `stop`.

    A port of None means the standard one, or a free one when that is taken; `moved` then has a line that says so.
    Pages of these `origins` may send from a browser; by default none may.
    Raises PortInUseError for a port that was asked for and is taken.
    """

    def __init__(
        self,
        sink: Sink,
        http_port: int | None = None,
        grpc_port: int | None = None,
        origins: Collection[str] = (),
    ) -> None:
        self.moved: list[str] = []
        over_http = partial(HttpReceiver, origins=origins)
        self._http = self._listen(over_http, "HTTP", "--http-port", http_port, HTTP_PORT, sink)
        try:
            self._grpc = self._listen(GrpcReceiver, "gRPC", "--grpc-port", grpc_port, GRPC_PORT, sink)
        except PortInUseError:
            self._http.server_close()
            raise
        self.http_port = self._http.port
        self.grpc_port = self._grpc.port
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="otlp-http", daemon=True)

    def __enter__(self) -> Receiver:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """The base URL of OTLP/HTTP."""
        return f"http://{LOOPBACK}:{self.http_port}"

    def start(self) -> None:
        """Starts answering on both ports."""
        self._thread.start()
        self._grpc.start()

    def stop(self) -> None:
        """Stops listening; what was answered is in the store."""
        self._http.shutdown()
        self._http.server_close()
        self._grpc.stop()

    def _listen(
        self,
        listener: Callable[[int, Sink], _Listener],
        protocol: str,
        option: str,
        asked: int | None,
        standard: int,
        sink: Sink,
    ) -> _Listener:
        try:
            return listener(standard if asked is None else asked, sink)
        except OSError as error:
            if asked is not None:
                raise PortInUseError(
                    f"cannot listen on {LOOPBACK}:{asked} for OTLP/{protocol}: the port is in use; choose another with "
                    f"{option} PORT, or leave the option out"
                ) from error
        moved = listener(0, sink)
        self.moved.append(f"port {standard} is in use: listening for OTLP/{protocol} on {moved.port}")
        return moved
