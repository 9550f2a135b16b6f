"""`otel-voice stack init DIR`: the repository's files, written once, brought up to date, never over somebody's work."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from otel_voice.cli.main import main
from otel_voice.stack import shipped
from otel_voice.stack.folder import ASIDE, RECORD, Change, bring_up_to_date

ROOT = Path(__file__).parents[2]
OLD = {"a.yml": b"old a", "rules/b.yml": b"old b", "gone.yml": b"gone"}
NEW = {"a.yml": b"new a", "rules/b.yml": b"new b", "rules/c.yml": b"c"}


def contents(folder):
    """Every file below a folder but the record, by its path."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != RECORD]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def tracked():
    """The stack's files as git knows them, with what is not committed yet."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *shipped.PARTS)
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return {path: (ROOT / path).read_bytes() for path in listed if (ROOT / path).is_file()}


def test_it_writes_the_repositorys_files(tmp_path, capsys):
    """Into a folder that is made; the last line says how to start."""
    folder = tmp_path / "new" / "voice stack"
    assert main(["stack", "init", str(folder)]) == 0
    assert contents(folder) == tracked()
    assert capsys.readouterr().out.endswith(f"Start it: cd '{folder}' && docker compose up --detach --wait\n")


def test_a_wheel_carries_them(tmp_path):
    """What a wheel installs writes the same files as the checkout it was built from."""
    built, installed, folder = tmp_path / "built", tmp_path / "installed", tmp_path / "folder"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps")
    subprocess.run((*pip, "--wheel-dir", str(built), str(ROOT)), check=True)
    [wheel] = built.iterdir()
    zipfile.ZipFile(wheel).extractall(installed)
    subprocess.run(
        (sys.executable, "-m", "otel_voice.cli.main", "stack", "init", str(folder)),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=True,
    )
    assert contents(folder) == tracked()
    assert all((installed / "otel_voice" / "stack" / "files" / path).is_file() for path in tracked())


def test_secrets_go_nowhere_and_stay(tmp_path, monkeypatch):
    """What somebody keeps beside the files of a checkout is not shipped; what is in a folder of his own is kept."""
    checkout, folder = tmp_path / "checkout", tmp_path / "folder"
    for path, content in tracked().items():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).write_bytes(content)
    (checkout / "stack/alertmanager/secrets/slack_url").write_text("https://hooks.example.com/s3cret")
    monkeypatch.setattr(shipped, "_PLACES", (checkout,))
    assert main(["stack", "init", str(folder)]) == 0
    assert contents(folder) == tracked()

    own = folder / "stack/alertmanager/secrets/slack_url"
    own.write_text("https://hooks.example.com/mine")
    assert main(["stack", "init", str(folder)]) == 0
    assert own.read_text() == "https://hooks.example.com/mine"


def test_a_second_time_changes_nothing(tmp_path, capsys):
    """The same version again is no work."""
    main(["stack", "init", str(tmp_path)])
    before = contents(tmp_path)
    capsys.readouterr()
    assert main(["stack", "init", str(tmp_path)]) == 0
    assert (contents(tmp_path), capsys.readouterr().out) == (before, f"{tmp_path} was up to date\n")


def test_an_upgrade_replaces_what_nobody_changed(tmp_path):
    """Old files become new ones, a file that is shipped no more goes away, somebody's own file stays."""
    bring_up_to_date(tmp_path, OLD)
    (tmp_path / "rules" / "own.yml").write_bytes(b"mine")
    assert bring_up_to_date(tmp_path, NEW) == {
        "a.yml": Change.UPDATED,
        "rules/b.yml": Change.UPDATED,
        "rules/c.yml": Change.CREATED,
        "gone.yml": Change.REMOVED,
    }
    assert contents(tmp_path) == {**NEW, "rules/own.yml": b"mine"}


def test_an_upgrade_keeps_what_somebody_changed(tmp_path):
    """Theirs stays, ours is put into a folder of its own until it was looked at, and then there is peace."""
    bring_up_to_date(tmp_path, OLD)
    for path in OLD:
        (tmp_path / path).write_bytes(b"mine")
    for _ in range(2):
        changes = bring_up_to_date(tmp_path, {**NEW, "rules/c.yml": b"c"})
        assert changes["rules/b.yml"] is Change.DIFFERS
        assert [(tmp_path / path).read_bytes() for path in OLD] == [b"mine"] * 3
        assert (tmp_path / ASIDE / "rules/b.yml").read_bytes() == b"new b"
    for path in ("a.yml", "rules/b.yml"):
        (tmp_path / ASIDE / path).unlink()
    assert set(bring_up_to_date(tmp_path, NEW).values()) == {Change.KEPT, Change.UNCHANGED}


def test_what_is_shipped_no_more_and_was_changed_stays(tmp_path):
    """It is told once, and is somebody's own file from then on."""
    bring_up_to_date(tmp_path, OLD)
    (tmp_path / "gone.yml").write_bytes(b"mine")
    assert bring_up_to_date(tmp_path, NEW)["gone.yml"] is Change.ORPHANED
    assert "gone.yml" not in bring_up_to_date(tmp_path, NEW)
    assert (tmp_path / "gone.yml").read_bytes() == b"mine"


@pytest.mark.parametrize("record", [None, b"no json", b"[]", b'{"files": {"../a.yml": "x", "b": 3}}', b'{"files": []}'])
def test_without_a_record_every_difference_is_somebodys(tmp_path, record):
    """A file that we cannot know to be ours is not replaced."""
    (tmp_path / "a.yml").write_bytes(b"of another project")
    if record is not None:
        (tmp_path / RECORD).write_bytes(record)
    assert bring_up_to_date(tmp_path, NEW)["a.yml"] is Change.DIFFERS
    assert (tmp_path / "a.yml").read_bytes() == b"of another project"


def test_a_difference_is_told_with_what_to_do(tmp_path, capsys):
    """Status 1, the file, and the commands that compare."""
    (tmp_path / "docker-compose.yml").write_text("services: {}\n")
    assert main(["stack", "init", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "differs   docker-compose.yml (you changed it and so did this version; yours is kept)" in said
    assert f"  cd {tmp_path} && diff -u docker-compose.yml {ASIDE}/docker-compose.yml" in said
    assert (tmp_path / "docker-compose.yml").read_text() == "services: {}\n"


def test_in_the_folder_itself_nothing_is_said_of_the_way_there(tmp_path, monkeypatch, capsys):
    """`stack init .` is how an upgrade is done."""
    monkeypatch.chdir(tmp_path)
    main(["stack", "init", "."])
    assert "Start it: docker compose up --detach --wait" in capsys.readouterr().out


def test_other_users_can_read_the_files(tmp_path):
    """A strict umask does not lock out the programs, which run as users of their own."""
    folder = tmp_path / "folder"
    before = os.umask(0o077)
    try:
        bring_up_to_date(folder, NEW)
    finally:
        os.umask(before)
    assert {path: oct((folder / path).stat().st_mode & 0o777) for path in (".", "rules", "a.yml")} == {
        ".": "0o755",
        "rules": "0o755",
        "a.yml": "0o644",
    }


def test_the_record_says_what_it_is(tmp_path):
    """Somebody who opens it learns where it comes from."""
    bring_up_to_date(tmp_path, NEW)
    assert "otel-voice stack init" in json.loads((tmp_path / RECORD).read_text())["note"]


def blocked_by_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    return tmp_path / "file", "is a file: name a directory"


def below_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    return tmp_path / "file" / "below", "cannot write"


def a_folder_where_a_file_belongs(tmp_path):
    (tmp_path / "docker-compose.yml").mkdir()
    return tmp_path, "is a directory where a file belongs"


def not_writable(tmp_path):
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("this user, as root does, may write where nobody may: no permission can be denied")
    return tmp_path, "Permission denied"


def too_long(tmp_path):
    return tmp_path / ("x" * 300), "File name too long"


@pytest.mark.parametrize(
    "case", [blocked_by_a_file, below_a_file, a_folder_where_a_file_belongs, not_writable, too_long]
)
def test_a_folder_that_will_not_do(case, tmp_path, capsys):
    """Status 2, and one line that names the path and the reason."""
    folder, reason = case(tmp_path)
    assert main(["stack", "init", str(folder)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert str(folder) in said.err and reason in said.err


def test_nothing_is_written_when_a_file_cannot_be_read(tmp_path):
    """It is all looked at before the first file is touched."""
    (tmp_path / "stack" / "loki" / "loki.yaml").mkdir(parents=True)
    assert main(["stack", "init", str(tmp_path)]) == 2
    assert contents(tmp_path) == {}


def test_an_installation_without_the_files(tmp_path, monkeypatch, capsys):
    """The line says where they were looked for."""
    monkeypatch.setattr(shipped, "_PLACES", (tmp_path, tmp_path / "other"))
    assert main(["stack", "init", str(tmp_path / "folder")]) == 2
    assert f"looked in {tmp_path} and {tmp_path / 'other'}" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["stack"], ["stack", "init"], ["stack", "start", "."]])
def test_arguments_that_are_missing_or_wrong(arguments, capsys):
    """argparse names them."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: otel-voice stack" in capsys.readouterr().err
