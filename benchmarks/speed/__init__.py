"""The parts of `benchmarks/run.py`.

`table` has the rows, one short entry each; `row` measures them. `techniques` has what is measured
of every technique by itself: a call on a small image, the first use, memory. `report` prints.
"""
