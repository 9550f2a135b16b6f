"""Images of the programs that `make stack-binaries` builds, under the names and versions that .env pins.

For machines that cannot pull. Each holds what the compose file may rely on in the published image and nothing more:
the Collector's and Loki's have no shell, Prometheus' and Alertmanager's have busybox, Jaeger's has what Alpine offers.
An image that was pulled is never replaced. A program that is not built is left out of its image and said so.

    python -m tests.stack.compose.images          # make those that are missing
    python -m tests.stack.compose.images remove   # remove those that were made here
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.stack.binaries import BIN, ROOT

LABEL = "otel-voice.stand-in"
ROOT_USER = 0
NOBODY = 65534
ALPINE = ("sh", "wget", "sleep", "chown")
BUSYBOX = ("sh", "wget")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


class ImageError(Exception):
    """An image cannot be made or removed; the text says what is missing."""


@dataclass(frozen=True)
class Image:
    """One image: its name, the variable of its version, programs by their paths inside, and how it starts."""

    name: str
    version: str
    programs: dict[str, str]
    entrypoint: str
    user: str
    applets: tuple[str, ...] = ()
    folders: dict[str, int] = field(default_factory=dict)
    workdir: str = "/"

    def missing(self) -> list[str]:
        """The programs that are not built."""
        return [name for name in self.programs.values() if not (BIN / name).is_file()]


IMAGES = (
    Image(
        "otel/opentelemetry-collector-contrib",
        "OTELCOL_VERSION",
        {"otelcol-contrib": "otelcol"},
        "/otelcol-contrib",
        "10001:10001",
    ),
    Image(
        "jaegertracing/jaeger",
        "JAEGER_VERSION",
        {"cmd/jaeger/jaeger-linux": "jaeger"},
        "/cmd/jaeger/jaeger-linux",
        "10001",
        ALPINE,
        {"tmp": ROOT_USER},
    ),
    Image(
        "prom/prometheus",
        "PROMETHEUS_VERSION",
        {"bin/prometheus": "prometheus", "bin/promtool": "promtool"},
        "/bin/prometheus",
        "nobody",
        BUSYBOX,
        {"etc/prometheus": NOBODY, "prometheus": NOBODY},
        "/prometheus",
    ),
    Image(
        "prom/alertmanager",
        "ALERTMANAGER_VERSION",
        {"bin/alertmanager": "alertmanager", "bin/amtool": "amtool"},
        "/bin/alertmanager",
        "nobody",
        BUSYBOX,
        {"etc/alertmanager": NOBODY, "alertmanager": NOBODY},
        "/alertmanager",
    ),
    Image(
        "grafana/loki",
        "LOKI_VERSION",
        {"usr/bin/loki": "loki"},
        "/usr/bin/loki",
        "10001",
        folders={"etc/loki": 10001, "loki": 10001},
    ),
)


def pinned(variable: str) -> str:
    """The version in .env."""
    for line in (ROOT / ".env").read_text().splitlines():
        if line.startswith(f"{variable}="):
            return line.split("=", 1)[1]
    raise ImageError(f".env has no {variable}")


def tag(image: Image) -> str:
    """Name and version as the compose file asks for them."""
    return f"{image.name}:{pinned(image.version)}"


def make(image: Image) -> None:
    """Make the image anew, unless one that was not made here has its name."""
    if _exists(tag(image)) and tag(image) not in _made_here():
        _say(f"{tag(image)}: was not made here and is used as it is")
        return
    missing = image.missing()
    changes = (
        f'ENTRYPOINT ["{image.entrypoint}"]',
        f"USER {image.user}",
        f"WORKDIR {image.workdir}",
        f"LABEL {LABEL}=true",
        "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    )
    options = [option for change in changes for option in ("--change", change)]
    process = subprocess.Popen(
        ("docker", "import", *options, "-", tag(image)), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert process.stdin is not None
    with process.stdin as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
        _fill(archive, image)
    if process.wait():
        raise ImageError(f"`docker import` of {tag(image)} failed")
    _say(f"{tag(image)}: made" + (f" WITHOUT {', '.join(missing)}, not built: make stack-binaries" if missing else ""))


def runnable(reference: str, entrypoint: str | None) -> bool:
    """True when the image is here and has the program that is started: its own, or the one at `entrypoint`."""
    if reference not in _made_here():
        return _exists(reference)
    image = next(image for image in IMAGES if tag(image) == reference)
    program = image.programs.get((entrypoint or image.entrypoint).lstrip("/"))
    return program not in image.missing()


def remove() -> None:
    """Remove every image that was made here, those too that a newer one took the name from."""
    for image in sorted(set(_listed("{{.ID}}"))):
        _docker("image", "rm", "--force", image)
        _say(f"{image}: removed")


def _fill(archive: tarfile.TarFile, image: Image) -> None:
    for folder, owner in {"etc": ROOT_USER, **image.folders}.items():
        _add_folder(archive, folder, owner)
    users = f"root:x:0:0::/:\nnobody:x:{NOBODY}:{NOBODY}::/:\n"
    _add_text(archive, "etc/passwd", users)
    _add_text(archive, "etc/group", f"root:x:0:\nnobody:x:{NOBODY}:\n")
    if CERTIFICATES.is_file():
        _add_program(archive, "etc/ssl/certs/ca-certificates.crt", CERTIFICATES, 0o644)
    for inside, name in image.programs.items():
        if name not in image.missing():
            _add_program(archive, inside, BIN / name, 0o755)
    if image.applets:
        _add_program(archive, "bin/busybox", _busybox(), 0o755)
    for applet in image.applets:
        link = tarfile.TarInfo(f"bin/{applet}")
        link.type, link.linkname = tarfile.SYMTYPE, "/bin/busybox"
        archive.addfile(link)


def _add_folder(archive: tarfile.TarFile, path: str, owner: int) -> None:
    entry = tarfile.TarInfo(path)
    entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, 0o755, owner, owner
    archive.addfile(entry)


def _add_text(archive: tarfile.TarFile, path: str, text: str) -> None:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(text), 0o644
    archive.addfile(entry, io.BytesIO(text.encode()))


def _add_program(archive: tarfile.TarFile, path: str, source: Path, mode: int) -> None:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = source.stat().st_size, mode
    with source.open("rb") as content:
        archive.addfile(entry, content)


def _busybox() -> Path:
    found = shutil.which("busybox")
    if found is None:
        raise ImageError("busybox is not installed: apt-get install busybox-static")
    return Path(found).resolve()


def _exists(name: str) -> bool:
    return bool(_docker("image", "ls", "--quiet", name))


def _made_here() -> list[str]:
    return _listed("{{.Repository}}:{{.Tag}}")


def _listed(what: str) -> list[str]:
    return _docker("image", "ls", "--filter", f"label={LABEL}", "--format", what).split()


def _docker(*arguments: str) -> str:
    done = subprocess.run(("docker", *arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ImageError(f"`docker {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(arguments: Iterable[str]) -> int:
    """Make or remove; 1 with the reason when that cannot be done."""
    try:
        if "remove" in arguments:
            remove()
        else:
            for image in IMAGES:
                make(image)
    except (ImageError, FileNotFoundError) as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
