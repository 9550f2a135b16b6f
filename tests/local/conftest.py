"""A store in a new directory, and a receiver that fills it."""

import pytest

from otel_voice.local.receiver import Receiver
from otel_voice.local.store import Store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "store.sqlite3"


@pytest.fixture
def store(path):
    with Store(path) as store:
        yield store


@pytest.fixture
def receiver(store):
    with Receiver(store.add, http_port=0, grpc_port=0) as receiver:
        yield receiver
