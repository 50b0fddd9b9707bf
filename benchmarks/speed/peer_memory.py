"""The memory of every technique with its defaults, and of the peers that have it."""

from __future__ import annotations

from speed import peers
from speed.process import child
from speed.row import Result, Side, one

MEMORY = "peak memory of a technique with its defaults, uint8"

W = {"window": 15}
S = {"window_size": 15}

# Technique -> peer -> its function. Windows are of 15 pixels, our default.
PEERS = {
    "adaptive": {
        "OpenCV": peers.cv_adaptive("mean", 11),
        "scikit-image": peers.skimage("local", block_size=11, method="mean", offset=2),
    },
    "bataineh": {"doxapy": peers.doxa("BATAINEH")},
    "bernsen": {"doxapy": peers.doxa("BERNSEN", **W)},
    "gatos": {"doxapy": peers.doxa("GATOS", **W)},
    "hysteresis": {"scikit-image": peers.skimage_hysteresis(100, 150)},
    "isauvola": {"doxapy": peers.doxa("ISAUVOLA", **W)},
    "isodata": {"scikit-image": peers.skimage("isodata")},
    "li": {"scikit-image": peers.skimage("li")},
    "mean": {"scikit-image": peers.skimage("mean")},
    "minimum": {"scikit-image": peers.skimage("minimum")},
    "multi_otsu": {"scikit-image": peers.skimage_multi_otsu(3)},
    "niblack": {
        "doxapy": peers.doxa("NIBLACK", **W),
        "scikit-image": peers.skimage("niblack", **S),
    },
    "nick": {"doxapy": peers.doxa("NICK", **W)},
    "otsu": {
        "OpenCV": peers.cv_otsu,
        "doxapy": peers.doxa("OTSU"),
        "scikit-image": peers.skimage("otsu"),
    },
    "sauvola": {
        "doxapy": peers.doxa("SAUVOLA", **W),
        "scikit-image": peers.skimage("sauvola", **S),
    },
    "simple": {"OpenCV": peers.cv_threshold(127, 0)},
    "singh": {"doxapy": peers.doxa("TRSINGH", **W)},
    "su": {"doxapy": peers.doxa("SU", **W)},
    "triangle": {
        "OpenCV": peers.cv_threshold(0, peers.TRIANGLE),
        "scikit-image": peers.skimage("triangle"),
    },
    "wan": {"doxapy": peers.doxa("WAN", **W)},
    "wolf": {"doxapy": peers.doxa("WOLF", **W)},
    "yen": {"scikit-image": peers.skimage("yen")},
}


def peers_of(name: str) -> dict[str, Side]:
    """Give the peers that have a technique."""
    return {peer: one(function) for peer, function in PEERS.get(name, {}).items()}


def technique_memory(name: str, *, quick: bool) -> list[Result]:
    """Measure a technique and its peers, each in a process of its own: a line for each peer."""
    found = child("technique", name, quick=quick)
    lines = [
        Result(group=MEMORY, work=name, peer=peer, peer_bytes=peer_bytes, **found)
        for peer in PEERS.get(name, {})
        for peer_bytes in [child("peer", name, peer, quick=quick)["bytes"]]
    ]
    return lines or [Result(group=MEMORY, work=name, **found)]
