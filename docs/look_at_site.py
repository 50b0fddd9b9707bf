"""Open every page of the built site in Chromium, as wide as a phone and as a desktop.

``python docs/look_at_site.py build/docs`` reports pages wider than the window, pictures that are
not drawn, and a search that finds nothing.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WIDTHS = (390, 1280)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# A page that opens the others in a frame, one after the other, and writes what it saw.
LOOK = """<body><pre id="seen"></pre><iframe id="frame" height="844"></iframe><script>
const frame = document.getElementById("frame"), seen = [];
const open = address => new Promise(done => { frame.onload = done; frame.src = address; });
(async () => {
  for (const width of WIDTHS) {
    frame.width = width;
    for (const page of PAGES) {
      await open(page);
      const document = frame.contentDocument, wide = document.documentElement.scrollWidth;
      if (wide > width) seen.push(`${page} is ${wide} wide in a window of ${width}`);
      for (const image of document.images)
        if (image.complete && !image.naturalWidth) seen.push(`${page} does not draw ${image.src}`);
    }
  }
  await open("search.html?q=sauvola");
  await new Promise(done => setTimeout(done, 3000));
  if (!frame.contentDocument.querySelector("#search-results li a")) seen.push("search is empty");
  document.getElementById("seen").textContent = JSON.stringify(["end", ...seen]);
})();
</script>"""


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def browser() -> str | None:
    """Find Chromium."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def sights(site: Path) -> list[str]:
    """List what does not look right."""
    pages = sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html"))
    pages = [p for p in pages if not p.startswith(("_modules/", "genindex", "search"))]
    look = LOOK.replace("WIDTHS", json.dumps(WIDTHS)).replace("PAGES", json.dumps(pages))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "site"
        shutil.copytree(site, copy)
        (copy / "look.html").write_text(look, encoding="utf-8")
        handler = functools.partial(Quiet, directory=str(copy))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f"http://127.0.0.1:{server.server_port}/look.html"
            profile = f"--user-data-dir={folder}/profile"
            command = [str(browser()), *FLAGS, profile, "--virtual-time-budget=600000"]
            done = subprocess.run(  # noqa: S603  its own arguments
                [*command, "--dump-dom", address], capture_output=True, text=True, check=False
            )
            server.shutdown()
    seen = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.DOTALL)
    found = json.loads(unescape(seen[1])) if seen and seen[1] else []
    return found[1:] if found else ["the browser did not get to the end"]


if __name__ == "__main__":
    (name,) = sys.argv[1:]
    if browser() is None:
        sys.exit("Chromium is not installed.")
    wrong = sights(Path(name))
    print("\n".join(wrong) or f"Every page fits into windows of {WIDTHS}; search finds.")
    sys.exit(bool(wrong))
