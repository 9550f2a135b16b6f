"""Secrets are files beside Alertmanager's configuration; a file of values only names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from otel_voice.monitoring.errors import ValuesError
from otel_voice.monitoring.reading import Value

FOLDER: Final = "stack/alertmanager/secrets"
"""Where they are, below the stack's folder."""

_MOUNTED: Final = "/etc/alertmanager/secrets"
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


def secret_file(named: Value | None, default: str) -> str:
    """Where Alertmanager finds the file. Raises ValuesError for what is no name of a file, as the secret itself."""
    if named is None:
        return f"{_MOUNTED}/{default}"
    name = named.content
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        # Not shown: what stands there by mistake is the secret.
        raise ValuesError(
            f"{named.file}: {named.path} is no name of a file: write the secret into a file in {FOLDER} "
            f"and give its name, as {default}"
        )
    return f"{_MOUNTED}/{name}"


def refuse_plain(entry: Value, secrets: Iterable[str], key: str, default: str) -> None:
    """Raises ValuesError where a secret itself stands in the entry; `key` is what names its file."""
    for secret in secrets:
        found = entry.mapping().get(secret)
        if found is not None:
            raise ValuesError(
                f"{found.file}: {found.path} would be a secret in a file that is no secret: write it into "
                f"{FOLDER}/{default} and say {key}: {default}"
            )
