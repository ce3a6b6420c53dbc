"""`python -m tests.browser report.html`: opens a page in headless Chromium, over its own pipe, and says what is wrong
with it: errors in the console, requests that leave the page, an answer that is not on the first screen, sideways
scrolling, a dark page that is not dark.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
FIRST = (1280, 800)
WIDTHS = (390, 768, 1280, 1600)
STARTED = "import os, sys; a, b, *c = sys.argv[1:]; os.dup2(int(a), 3); os.dup2(int(b), 4); os.execv(c[0], c)"
LAST_ANSWER = ".questions dd:last-of-type"


class Page:
    """A tab, by the Chrome DevTools Protocol."""

    def __init__(self, told: IO[bytes], said: IO[bytes]) -> None:
        self._told, self._said, self._count, self._session = told, said, 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """What the browser answers; what happens meanwhile is kept."""
        self._count += 1
        session = {"sessionId": self._session} if self._session else {}
        self._told.write(
            json.dumps({"id": self._count, "method": method, "params": params, **session}).encode() + b"\0"
        )
        self._told.flush()
        while (message := self._next()).get("id") != self._count:
            self.events.append(message)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']['message']}")
        return dict(message["result"])

    def open(self, path: Path) -> None:
        self.call("Page.navigate", url=path.resolve().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def value(self, expression: str) -> Any:
        """Of JavaScript."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def size(self, width: int, height: int) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def seen(self, **features: str) -> None:
        """Media features: prefers_color_scheme="dark"."""
        told = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", features=told)

    def _next(self) -> dict[str, Any]:
        found = bytearray()
        while (byte := self._said.read(1)) != b"\0":
            if not byte:
                raise RuntimeError("the browser ended")
            found += byte
        return dict(json.loads(found))


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """A browser of its own, which ends with the block."""
    (read, written), (asked, write) = os.pipe(), os.pipe()
    ours, theirs = (fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (asked, written))  # neither is 3 or 4
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", f"--user-data-dir={profile}"]
    started = [sys.executable, "-c", STARTED, str(ours), str(theirs), CHROMIUM, *flags]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(started, pass_fds=(ours, theirs), **silent) as running:  # type: ignore[call-overload]
        for end in (asked, written, ours, theirs):
            os.close(end)
        try:
            with os.fdopen(write, "wb") as told, os.fdopen(read, "rb", buffering=1 << 16) as said:
                yield Page(told, said)
        finally:
            running.terminate()


def wrong(page: Page, path: Path) -> list[str]:
    """What is wrong with a report."""
    page.size(*FIRST)
    page.open(path)
    found = _complaints(page, path)
    bottom = page.value(
        "Math.max(...[...document.querySelectorAll('h1, .questions')].map(e => e.getBoundingClientRect().bottom))"
    )
    if bottom > FIRST[1]:
        found.append(f"the answer ends at {bottom:.0f} of {FIRST[1]} pixels")
    if not page.value(f"document.querySelector('{LAST_ANSWER}').innerText.includes('python -m')"):
        found.append("the first screen does not say what to type next")
    for width in WIDTHS:
        page.size(width, FIRST[1])
        wide = page.value("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{wide} pixels wide at {width}")
    if page.value(SORTED) is not True:
        found.append("a table does not sort")
    colours = []
    for scheme in ("light", "dark"):
        page.seen(prefers_color_scheme=scheme)
        colours.append(page.value("getComputedStyle(document.body).backgroundColor"))
    if colours[0] == colours[1]:
        found.append("a dark page is not dark")
    return found + [one for one in _complaints(page, path) if one not in found]


SORTED = """(() => {
  const table = document.querySelector("table.sorts");
  const read = () => [...table.tBodies[0].rows].map((row) => row.cells[0].innerText);
  const button = table.tHead.rows[0].cells[0].querySelector("button");
  button.click(); const up = read(); button.click(); const down = read();
  return up.join() === [...up].sort((a, b) => a.localeCompare(b)).join() && up.reverse().join() === down.join();
})()"""


def _complaints(page: Page, path: Path) -> list[str]:
    """Errors of the console, and requests of anything but the page itself."""
    found = []
    for event in page.events:
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            found.append(f"error: {params['exceptionDetails']['text']}")
        if event.get("method") == "Runtime.consoleAPICalled":
            found.append(f"console: {params['type']}")
        if event.get("method") == "Log.entryAdded":
            found.append(f"log: {params['entry']['text']}")
        if event.get("method") == "Network.requestWillBeSent" and params["request"]["url"] != path.resolve().as_uri():
            found.append(f"request: {params['request']['url'][:200]}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Print what is wrong; the exit code."""
    import tempfile

    if len(arguments) != 1 or not CHROMIUM:
        print(__doc__ if CHROMIUM else "chromium is not installed: apt-get install chromium")
        return 2
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, browser(Path(folder)) as page:
        found = wrong(page, Path(arguments[0]))
    print("\n".join(found) or "nothing is wrong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
