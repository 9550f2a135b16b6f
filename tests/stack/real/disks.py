"""Disks that are full, and folders that cannot be written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder cannot be written, not even by root."""
    if os.geteuid() == 0:
        with _mounted(folder, "ro"):
            yield
    else:
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[None]:
    """The folder is a disk of this size. Only root may mount one: skips the test for anybody else."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    with _mounted(folder, f"size={mebibytes}m"):
        yield


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Somebody else has taken all the room that was left on the disk."""
    hog = folder / "hog"
    try:
        with hog.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
    except OSError:
        yield
    hog.unlink()


@contextmanager
def _mounted(folder: Path, options: str) -> Iterator[None]:
    command = ("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no mounting here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=True)
