"""Check the built site: every internal link, anchor and picture exists, and search has an index.

``python docs/check_site.py build/docs``
"""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

from PIL import Image


class Page(HTMLParser):
    """What a page links to, shows, and can be linked at."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names."""
        given = {name: value for name, value in attrs if value}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag in {"a", "link"} and "href" in given:
            self.links.append(given["href"])
        if tag in {"img", "script"} and "src" in given:
            (self.pictures if tag == "img" else self.links).append(given["src"])


def is_internal(address: str) -> bool:
    """Whether an address is one of this site."""
    parts = urlparse(address)
    return not parts.scheme and not parts.netloc


def faults(site: Path) -> list[str]:
    """List what is wrong with a built site."""
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    if not pages:
        return [f"{site} holds no pages"]
    found = []
    for path, page in pages.items():
        here = path.relative_to(site.resolve())
        for address in filter(is_internal, page.links + page.pictures):
            name, anchor = urldefrag(address)
            name = unquote(urlparse(name).path)
            target = (path.parent / name).resolve() if name else path
            if not target.is_file():
                found.append(f"{here}: {address} leads nowhere")
            elif anchor and target in pages and unquote(anchor) not in pages[target].anchors:
                found.append(f"{here}: {address} has no such anchor")
            elif address in page.pictures and not is_picture(target):
                found.append(f"{here}: {address} is no picture")
    return sorted(set(found)) + search_faults(site)


def is_picture(path: Path) -> bool:
    """Whether a file can be drawn."""
    if path.suffix == ".svg":
        return "<svg" in path.read_text(encoding="utf-8")
    try:
        with Image.open(path) as image:
            image.load()
    except OSError:
        return False
    return True


def search_faults(site: Path) -> list[str]:
    """Say whether a reader who searches would find the techniques."""
    index = site / "searchindex.js"
    if not index.is_file():
        return ["there is no search index"]
    match = re.fullmatch(r"Search\.setIndex\((.*)\);?\s*", index.read_text(encoding="utf-8"))
    terms = json.loads(match[1])["terms"] if match else {}
    return [f"search does not find {word}" for word in ("sauvola", "otsu") if word not in terms]


if __name__ == "__main__":
    (folder,) = sys.argv[1:]
    wrong = faults(Path(folder))
    n_pages = len(list(Path(folder).rglob("*.html")))
    print("\n".join(wrong) or f"{n_pages} pages: every link, anchor and picture is there.")
    sys.exit(bool(wrong))
