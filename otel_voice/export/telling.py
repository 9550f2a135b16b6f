"""Telling what is wrong with the configuration: once, also where children of this process find the same."""

from __future__ import annotations

import logging
from collections.abc import Iterable, MutableMapping

from otel_voice import settings

_log = logging.getLogger(__name__)


def tell_once(env: MutableMapping[str, str], problems: Iterable[str]) -> None:
    """Warn of each problem that has not been told. Children inherit the environment; they need not say it again."""
    told = env.get(settings.REPORTED, "").splitlines()
    for problem in problems:
        if problem not in told:
            _log.warning("otel_voice: %s", problem)
            told.append(problem)
    if told:
        env[settings.REPORTED] = "\n".join(told)


def need_not_tell(env: MutableMapping[str, str], problem: str) -> None:
    """Keep children of this process from telling a problem that they have because this process has what they want."""
    told = env.get(settings.REPORTED, "").splitlines()
    env[settings.REPORTED] = "\n".join([*told, problem])
