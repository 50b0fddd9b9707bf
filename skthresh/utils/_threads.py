"""Plain threads for kernels, which run without the GIL.

They live for one call and no longer: nothing is left behind for a fork, and nothing is shared with
the threads of others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from threading import Thread
from typing import Any, TypeVar

from joblib.parallel import get_active_backend

T = TypeVar("T")

__all__ = ["cuts", "n_threads", "run_threads"]


def cuts(size: int, n: int) -> list[slice]:
    """Cut something into n parts of about the same size, fewer if it is too small for that.

    Examples
    --------
    >>> cuts(5, 2)
    [slice(0, 2, None), slice(2, 5, None)]
    """
    n = max(min(n, size), 1)
    ends = [size * k // n for k in range(n + 1)]
    return [slice(a, b) for a, b in pairwise(ends)]


def n_threads(n_jobs: int | None) -> int:
    """Give the number of threads that ``n_jobs`` asks for, as joblib counts it.

    None is one, unless a context of joblib says otherwise; -1 is all processors; in a worker of a
    parallel job it is one.

    Examples
    --------
    >>> n_threads(None), n_threads(2)
    (1, 2)
    """
    if n_jobs == 1:
        return 1
    backend, of_context = get_active_backend(prefer="threads")
    return int(backend.effective_n_jobs(of_context if n_jobs is None else n_jobs))


def run_threads(work: Callable[[Any], T], parts: Sequence[Any], n_jobs: int) -> list[T]:
    """Give ``work(part)`` of each part, from up to `n_jobs` threads; the first error is raised.

    The caller's thread is one of them: were it to wait, the system would put two new threads on
    its processor and on another, and a short work would be done before they were shared out.

    After an error, or an interrupt, no further part is begun.
    """
    if n_jobs == 1 or len(parts) <= 1:
        return [work(part) for part in parts]
    left = deque(range(len(parts)))
    done: dict[int, T] = {}
    errors: dict[int, BaseException] = {}

    def take() -> None:
        while True:
            try:
                i = left.popleft()
            except IndexError:
                return
            try:
                done[i] = work(parts[i])
            except BaseException as error:  # noqa: BLE001  it is raised below
                errors[i] = error
                left.clear()

    # An executor would take half as long again to begin and to end.
    others = [Thread(target=take) for _ in range(min(n_jobs, len(parts)) - 1)]
    try:
        for thread in others:
            thread.start()
        take()
    finally:
        left.clear()
        for thread in others:
            if thread.ident is not None:
                thread.join()
    if errors:  # an interrupt, or an exit, before all others
        raise min(errors.items(), key=lambda e: (isinstance(e[1], Exception), e[0]))[1]
    return [done[i] for i in range(len(parts))]
