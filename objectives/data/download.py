"""Files from the network: https only, of a known hash, of a bounded size, and only the address that is asked for."""

import gzip
import hashlib
import io
import os
import tempfile
import zlib
from email.message import Message
from pathlib import Path
from typing import IO

LIMIT = 1 << 28  # bytes, before and after unpacking
TIMEOUT = 30  # seconds without an answer


def download(url: str, sha256: str, path: Path) -> None:
    """Put what is at `url` into `path`, whole or not at all. `sha256` is that of the content, unpacked if it is gzip.

    A ValueError where the content is another, an OSError where there is no answer, or a redirection.
    """
    if not url.startswith("https://"):
        raise ValueError(f"{url}: only https is downloaded")
    data = fetch(url)
    demand_sha256(url, unpacked(url, data), sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    os.replace(file.name, path)


def fetch(url: str) -> bytes:
    """The bytes at a URL."""
    from urllib.request import HTTPRedirectHandler, Request, build_opener  # which take longer than a small run

    class Refuse(HTTPRedirectHandler):
        def redirect_request(
            self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
        ) -> None:
            raise OSError(f"it redirects to {newurl}")

    with build_opener(Refuse).open(url, timeout=TIMEOUT) as answer:
        data: bytes = answer.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise ValueError(f"{url}: more than {LIMIT >> 20} MiB")
    return data


def unpacked(what: str, data: bytes) -> bytes:
    """The content of gzip data; other data as they are."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{what}: damaged gzip data: {error}") from error
    if len(content) > LIMIT:
        raise ValueError(f"{what}: more than {LIMIT >> 20} MiB when unpacked")
    return content


def demand_sha256(what: str, content: bytes, sha256: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(f"{what}: its sha256 is {found}, not {sha256}")
