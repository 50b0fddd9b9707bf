"""The results as tables, and the page with them in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from evidence.grids import DEFAULT_WINDOWS, has_window
from evidence.pipelines import PIPELINES
from evidence.published import HDIBCO2016, OTHERS, OTSU, WINNERS
from evidence.sets import OTHERS as OTHER_SETS
from evidence.sets import YEARS

from skthresh.utils.discovery import techniques

Results = dict[str, Any]

SCORES = {
    "F": lambda s: f"{100 * s['dice']:.2f}",
    "pseudo-F": lambda s: f"{100 * s['pseudo_f']:.2f}",
    "PSNR": lambda s: f"{s['psnr']:.2f}",
    "DRD": lambda s: f"{s['drd']:.2f}",
    "IoU": lambda s: f"{s['iou']:.3f}",
}
OF_OBJECTS: dict[str, Callable[[Any], str]] = {
    "Dice": lambda s: f"{s['dice']:.3f}",
    "±": lambda s: f"{s['error']:.3f}",
    "IoU": SCORES["IoU"],
}


def otsu_differs(results: Results) -> list[str]:
    """Say where Otsu's technique does not score what was published of it."""
    wrong = []
    for name, published in OTSU.items():
        found = results.get(name, {}).get("techniques", {}).get("otsu")
        if found:
            f = 100 * found["default"]["scores"]["dice"]
            if round(f, 1) != published:
                wrong.append(f"{name}: Otsu's F is {f:.2f}, and {published} was published.")
    return wrong


def row(*cells: Any) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def head(*cells: str) -> list[str]:
    return [row(*cells), row(*["---"] * len(cells))]


def short(params: dict[str, Any]) -> str:
    """Write parameters without their steps' names, and without what says nothing."""
    plain = {key.split("__", 1)[-1] if key != "side" else key: v for key, v in params.items()}
    for silent in ("passthrough", "binary_inv"):
        plain = {k: v for k, v in plain.items() if v != silent}
    return ", ".join(f"{k}={v}" for k, v in plain.items())


def called(name: str) -> str:
    return f"**{name}**" if name in PIPELINES else f"`{name}`"


def table(name: str, entry: Results) -> Iterator[str]:
    """Give the table of one set, the best tuned technique first."""
    form = OF_OBJECTS if name in OTHER_SETS else SCORES
    yield from head(
        "technique", *form, *(f"tuned: {f}" for f in form), "tuned on the other images to"
    )
    order = sorted(
        entry["techniques"].items(), key=lambda item: -item[1]["tuned"]["scores"]["dice"]
    )
    for technique, found in order:
        cells = [f(found[c]["scores"]) for c in ("default", "tuned") for f in form.values()]
        yield row(called(technique), *cells, short(found["tuned"]["params"]))


def of_sets(results: Results) -> Iterator[str]:
    """Give the tables of all sets, with what was published."""
    for name in (*YEARS, "doxa", *OTHER_SETS):
        if name not in results:
            continue
        entry = results[name]
        yield f"### {name}\n"
        yield f"{entry['test']} images are scored, {entry['train']} are tuned on ({entry['said']})."
        if name in WINNERS:
            yield f"Published: F {OTSU[name]} of Otsu's technique, {WINNERS[name]} of the winner."
        yield from [OTHERS[name]] if name in OTHERS else []
        yield ""
        yield from table(name, entry)
        yield ""


def mean_f(results: Results, technique: str, column: str) -> float:
    """Give the mean over the years, each left out once; nan if one is missing."""
    found = [results.get(y, {}).get("techniques", {}).get(technique) for y in YEARS]
    return float(np.mean([100 * f[column]["scores"]["dice"] if f else np.nan for f in found]))


def of_years(results: Results) -> Iterator[str]:
    """Give F of all years in one table, the best mean first."""
    years = [name for name in YEARS if name in results]
    yield from head("technique", "mean, tuned", *years, "mean, default", *years)
    names = {t for y in years for t in results[y]["techniques"]}
    order = sorted(names, key=lambda n: -np.nan_to_num(mean_f(results, n, "tuned")))
    for technique in order:
        cells = []
        for column in ("tuned", "default"):
            cells.append(f"{mean_f(results, technique, column):.2f}")
            for year in years:
                found = results[year]["techniques"].get(technique)
                cells.append(f"{100 * found[column]['scores']['dice']:.2f}" if found else "")
        yield row(called(technique), *cells)
    yield row("*contest's winner*", "", *(WINNERS[y] for y in years), "", *[""] * len(years))
    yield row("*Otsu, published*", "", *[""] * len(years), "", *(OTSU[y] for y in years))


def of_defaults(results: Results) -> Iterator[str]:
    """Give, for each technique with parameters, its default and what each year's search chose."""
    yield from head("technique", "default", "chosen, once for each year left out", "F gained")
    known = techniques()
    for name in sorted(known):
        found = [results.get(y, {}).get("techniques", {}).get(name) for y in YEARS]
        chosen = [f["tuned"]["params"] for f in found if f]
        if not chosen:
            continue
        gain = mean_f(results, name, "tuned") - mean_f(results, name, "default")
        defaults = known[name]().get_params(deep=False)
        for i, key in enumerate(chosen[0]):
            parameter = key.split("__", 1)[-1]
            values = ", ".join(str(c[key]) for c in chosen)
            default = defaults.get(parameter)
            yield row(
                f"`{name}`" if i == 0 else "",
                f"{parameter}={default}",
                values,
                f"{gain:+.2f}" if i == 0 else "",
            )


def of_windows(results: Results) -> Iterator[str]:
    """Give mean scores by the size of the window, all else as by default; the best in bold."""
    groups = {"documents": YEARS, "nuclei": ["dsb2018"]}
    groups = {k: [n for n in g if "windows" in results.get(n, {})] for k, g in groups.items()}
    groups = {k: names for k, names in groups.items() if names}
    sizes = [str(n) for n in DEFAULT_WINDOWS]
    yield from head("technique", "default", *(f"{k}, {n}" for k in groups for n in sizes))
    known = techniques()
    for name in (n for n in sorted(known) if has_window(n)):
        cells = []
        for names in groups.values():
            found = [results[n]["windows"].get(name) for n in names]
            f = [100 * float(np.mean([w[n] if w else np.nan for w in found])) for n in sizes]
            cells += [f"**{v:.1f}**" if v == max(f) else f"{v:.1f}" for v in f]
        yield row(f"`{name}`", known[name]().window_size, *cells)


def of_2016(_: Results) -> Iterator[str]:
    """Give what was published on a set that is not here."""
    yield from head("H-DIBCO 2016, published by others", "F", "PSNR", "DRD")
    yield from (row(*cells) for cells in HDIBCO2016)


BLOCKS = {
    "years": of_years,
    "defaults": of_defaults,
    "windows": of_windows,
    "sets": of_sets,
    "published": of_2016,
}


def page(text: str, results: Results) -> str:
    """Write the tables into the page."""
    for name, block in BLOCKS.items():
        content = "\n".join(block(results))
        text, n = re.subn(
            rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)",
            lambda m, content=content: f"{m[1]}\n{content}\n\n{m[2]}",
            text,
            flags=re.DOTALL,
        )
        if n != 1:
            raise SystemExit(f"The page has no place for {name!r}.")
    return text
