"""What runs in a process of its own: ``python -m speed.child WHAT NAME [SIDE] [--quick]``."""

from __future__ import annotations

import argparse
import json


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["row", "technique", "peer", "first"])
    parser.add_argument("name")
    parser.add_argument("side", nargs="?", default="ours")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.what == "first":
        from speed.techniques import first_use

        found = first_use(options.name)
    else:
        from speed.memory import bytes_per_pixel

        data = "page"
        if options.what == "row":
            from speed.table import rows

            (row,) = (r for r in rows() if r.key == options.name)
            side, data = getattr(row, options.side), row.data
        elif options.what == "technique":
            from speed.techniques import technique

            side = technique(options.name)
        else:
            from speed.peer_memory import peers_of

            side = peers_of(options.name)[options.side]
        found = bytes_per_pixel(side, data, quick=options.quick)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
