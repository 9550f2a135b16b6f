"""What the embedded receiver and store say to the person who runs them: one line each."""

from __future__ import annotations


class LocalError(Exception):
    """The command cannot do its work; the text names the thing and the choices."""


class StoreError(LocalError):
    """The store file cannot be opened, read or written."""


class PortInUseError(LocalError):
    """A port that was asked for explicitly is taken."""


class BadRequestError(Exception):
    """An OTLP body that cannot be accepted; `http` and `code` (google.rpc.Code) say how to answer."""

    def __init__(self, message: str, http: int = 400, code: int = 3) -> None:
        super().__init__(message)
        self.http = http
        self.code = code
