"""How a block of the program ended, read from what left it."""

from __future__ import annotations

SUCCESS, FAILURE, TIMEOUT, CANCELLED = "success", "failure", "timeout", "cancelled"


def of(error: BaseException | None) -> str:
    """success, failure, timeout; cancelled where nobody waited for the end.

    What is no Exception (a cancelled task, a closed generator, an interrupt) is no failure of what was asked.
    """
    if error is None:
        return SUCCESS
    if is_timeout(error):
        return TIMEOUT
    return FAILURE if isinstance(error, Exception) else CANCELLED


def is_timeout(error: BaseException) -> bool:
    """By its class: clients have time-outs of their own (httpx.ReadTimeout, requests.Timeout), which all say so."""
    return isinstance(error, Exception) and any("Timeout" in kind.__name__ for kind in type(error).__mro__)
