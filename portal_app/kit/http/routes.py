"""The pages of a build: which address leads to which HTML file, and what it will load next."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MANIFEST = re.compile(r"__reactRouterManifest\s*=\s*(\{.*\})\s*;?\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """One route: its path pattern as segments (`:name` is any one), its file and its chunks."""

    pattern: tuple[str, ...]
    file: Path
    chunks: tuple[str, ...]

    @property
    def specificity(self) -> tuple[bool, ...]:
        """Sorts fixed segments before open ones, as the browser's router does."""
        return tuple(segment.startswith(":") for segment in self.pattern)

    def matches(self, segments: tuple[str, ...]) -> bool:
        """Whether an address of these segments leads here."""
        return len(segments) == len(self.pattern) and all(
            asked == own or (own.startswith(":") and asked != "")
            for asked, own in zip(segments, self.pattern, strict=True)
        )


def read_pages(client: Path) -> list[Page]:
    """Every page of the build in *client*, the most specific first.

    Raises
    ------
    ValueError
        When the manifest is missing or has another form: build and server don't fit together.

    """
    manifest = _read_manifest(client)
    root = _chunks(manifest["routes"]["root"])
    pages: list[Page] = []
    for route in manifest["routes"].values():
        path = route.get("path")
        if not path or path == "*" or "*" in path:
            continue
        pattern = segments_of(path)
        own = [chunk for chunk in _chunks(route) if chunk not in root]
        pages.append(Page(pattern, _file(client, pattern), tuple(own)))
    return sorted(pages, key=lambda page: page.specificity)


def segments_of(path: str) -> tuple[str, ...]:
    """The parts of an address between slashes."""
    return tuple(path.strip("/").split("/"))


def _read_manifest(client: Path) -> dict[str, Any]:
    for path in (client / "assets").glob("manifest-*.js"):
        if found := _MANIFEST.search(path.read_text()):
            manifest: dict[str, Any] = json.loads(found[1])
            return manifest
    raise ValueError(f"no route manifest in {client / 'assets'}")


def _chunks(route: dict[str, Any]) -> list[str]:
    return [route["module"], *route.get("imports", [])]


def _file(client: Path, pattern: tuple[str, ...]) -> Path:
    """A fixed address has a file of its own; all others share the shell, which is 404.html."""
    own = client.joinpath(*pattern, "index.html")
    return own if own.exists() else client / "404.html"
