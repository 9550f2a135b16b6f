"""The store file: ours is used, anything else is refused with one line and left as it is; the size is bounded."""

import sqlite3
import threading

import pytest

from otel_voice.local.conversations import Conversations
from otel_voice.local.errors import StoreError
from otel_voice.local.store import Store
from tests.local import payloads


def listed(path):
    return [one.id for one in Conversations(path).listed()]


def foreign(path):
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (x)")


def newer(path):
    Store(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")


def not_sqlite(path):
    path.write_text("my thesis")


def cut_short(path):
    with Store(path) as store:
        store.add(payloads.rows_of(payloads.call()))
    path.write_bytes(path.read_bytes()[:4096])


def garbled(path):
    with Store(path) as store:
        store.add(payloads.rows_of(payloads.call()))
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xaa" * (len(whole) - 100))


@pytest.mark.parametrize("spoil", [foreign, newer, not_sqlite, cut_short, garbled])
@pytest.mark.parametrize("use", [Store, Conversations])
def test_what_is_not_a_good_store_is_refused_and_left_alone(tmp_path, spoil, use):
    """One line names the file and the choice, and not a byte of the file changes."""
    path = tmp_path / "store.sqlite3"
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(StoreError) as refused:
        use(path)
    text = str(refused.value)
    assert str(path) in text and "--store PATH" in text and "\n" not in text
    assert path.read_bytes() == before


@pytest.mark.parametrize("use", [Store, Conversations])
def test_a_directory_is_refused(tmp_path, use):
    """A directory in the place of the file is named."""
    with pytest.raises(StoreError, match=f"{tmp_path} is not a file"):
        use(tmp_path)


def test_a_directory_that_cannot_be_made_is_named(tmp_path):
    """When the directory of the store cannot be made, the line names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file.*--store PATH"):
        Store(tmp_path / "file" / "store.sqlite3")


def test_reading_makes_no_file(tmp_path):
    """Looking at a store that does not exist says so and leaves nothing behind."""
    with pytest.raises(StoreError, match="no store"):
        Conversations(tmp_path / "store.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_only_the_user_can_read_it(store, path):
    """What callers said may be in the store: the file and its directory are private."""
    assert (path.stat().st_mode & 0o077, path.parent.stat().st_mode & 0o077) == (0, 0)


def test_a_full_disk_is_one_line_and_keeps_what_was_there(store, path):
    """When there is no room the batch is refused as a whole, and what was accepted before stays."""
    store.add(payloads.rows_of(payloads.call()))
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    big = payloads.logs(payloads.log("x" * 1_000_000, 1))
    with pytest.raises(StoreError, match="disk is full") as refused:
        store.add(payloads.rows_of(big))
    assert str(path) in str(refused.value)
    assert listed(path) == ["call-1"]


def test_a_batch_that_comes_twice_is_kept_once(store, path):
    """A sender that got no answer sends again: its spans are not doubled."""
    for _ in range(2):
        store.add(payloads.rows_of(payloads.call()))
    assert len(Conversations(path).conversation("call-1").turns[0].operations) == 5


def test_several_writers_and_readers_share_a_file(path):
    """Stores opened at the same time, on a file that does not exist yet, all keep what they are given."""
    gate = threading.Barrier(4)

    def write(number):
        gate.wait()
        with Store(path) as store:
            for n in range(10):
                id = number * 10 + n
                store.add(payloads.rows_of(payloads.traces(payloads.root(f"call-{id}", number=id + 1))))
                listed(path)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(listed(path)) == 40


def test_the_oldest_conversations_go_first(path):
    """A store over its limit forgets the conversations heard of least recently, and what else is as old."""
    limit = 1_000_000
    with Store(path, limit) as store:
        store.add(payloads.rows_of(payloads.logs(payloads.log("old and alone", 0, conversation=None))))
        for number in range(1, 41):
            log = payloads.log("x" * 50_000, 1, conversation=f"call-{number}")
            root = payloads.root(f"call-{number}", number=number)
            store.add(payloads.rows_of(payloads.traces(root)))
            store.add(payloads.rows_of(payloads.logs(log)))
    ids = listed(path)
    assert "call-40" in ids and "call-1" not in ids
    assert not Conversations(path).alone().logs
    assert path.stat().st_size < 2 * limit


def test_a_flood_outside_of_conversations_is_bounded_too(path):
    """Logs and metric points that belong to no conversation do not make the file grow without end."""
    with Store(path, 400_000) as store:
        for _ in range(40):
            store.add(payloads.rows_of(payloads.logs(payloads.log("x" * 50_000, 1, conversation=None))))
            store.add(payloads.rows_of(payloads.metrics(1.0)))
    assert path.stat().st_size < 1_000_000
    assert Conversations(path).alone().logs
