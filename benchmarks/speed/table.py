"""The rows of the table: each is one short entry."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any

import skthresh
from skthresh import (
    AdaptiveThreshold,
    BernsenThreshold,
    ContrastThreshold,
    GaussianBlur,
    ISauvolaThreshold,
    MidGreyThreshold,
    NiblackThreshold,
    NickThreshold,
    OtsuThreshold,
    PhansalkarThreshold,
    SauvolaThreshold,
    SimpleThreshold,
    SinghThreshold,
    ToGray,
    WolfThreshold,
)
from skthresh.utils import all_estimators
from speed import peers, references
from speed.process import usable_cores
from speed.row import Row, loop, one, ours

CV, SK, DOXA = "OpenCV", "scikit-image", "doxapy"
OTSU = OtsuThreshold(per_image=True)

SIMPLE = "SimpleThreshold, each of the five modes"
ONE_OTSU = "OtsuThreshold(per_image=True)"
GLOBAL = "every other global technique on uint8, against our own Otsu"
MEAN = "AdaptiveThreshold mean, window 5 / 51 / 301"
GAUSSIAN = "AdaptiveThreshold gaussian, window 5 / 51"
FORMULAS = "Sauvola, Niblack, Nick, Wolf, Phansalkar, Singh, ISauvola, window 25 and 151"
EXTREMES = "Bernsen, Contrast, MidGrey, window 25"
MEDIAN = "adaptive median, window 15"
STEPS = "GaussianBlur 5 and 21, ToGray"
MULTI = "MultiOtsu, 4 classes uint8; 3 classes uint16"
MANY = "10,000 images of 28x28"
DEEP = "uint16 and float32: Otsu, Sauvola 25, adaptive mean 51"
THREADS = "two threads against one"

LOSES = (
    "doxapy 0.9.2 loses the pixel's deviation, and later versions take |v - m|, where the paper "
    "has v - m: ours is checked against the paper's formula"
)
OWN = "checked against fit_histogram of NumPy's counts"
FLOAT32 = "scikit-image rounds {} to float32"


def simple() -> Iterator[Row]:
    for mode, code in peers.MODES.items():
        yield Row(
            group=SIMPLE,
            work=mode,
            peer=CV,
            target=0.95,
            ours=ours(SimpleThreshold(127, mode=mode)),
            theirs=one(peers.cv_threshold(127, code)),
        )


def otsu() -> Iterator[Row]:
    for peer, target, function in (
        (CV, 1.2, peers.cv_otsu),
        (SK, 9, peers.skimage("otsu")),
    ):
        yield Row(
            group=ONE_OTSU,
            work="transform",
            peer=peer,
            target=target,
            ours=ours(OTSU),
            theirs=one(function),
        )


def other_global() -> Iterator[Row]:
    apart = {"SimpleThreshold", "OtsuThreshold", "MultiOtsuThreshold"}
    for name, cls in all_estimators():
        if "global_threshold" not in cls.__module__ or name in apart:
            continue
        alone = "per_image" in inspect.signature(cls).parameters
        needs_y = cls().__sklearn_tags__().target_tags.required
        why = "needs true masks" if needs_y else "has no per_image: its thresholds are given"
        estimator = cls(per_image=True) if alone else None
        yield Row(
            group=GLOBAL,
            work=name,
            peer="our Otsu",
            target=1.3,
            at_most=True,
            ours=ours(estimator) if alone else None,
            theirs=ours(OTSU),
            same=False,
            reference=references.by_histogram(estimator) if alone else None,
            because=OWN,
            missing="" if alone else f"not timed: {why}",
        )


def adaptive() -> Iterator[Row]:
    scales = "OpenCV scales the sum in float32, and takes a mean just above a half for the half"
    sums = "OpenCV sums in float32, so that means halfway between two round either way"
    for group, method, size, target, tolerance, because in (
        (MEAN, "mean", 5, 1.1, 0.0, ""),
        (MEAN, "mean", 51, 1.8, 0.0, ""),
        (MEAN, "mean", 301, 1.8, 1e-6, scales),
        (GAUSSIAN, "gaussian", 5, 4, 0.0, ""),
        (GAUSSIAN, "gaussian", 51, 2.5, 1e-4, sums),
    ):
        yield Row(
            group=group,
            work=f"{method} {size}",
            peer=CV,
            target=target,
            ours=ours(AdaptiveThreshold(method, window_size=size)),
            theirs=one(peers.cv_adaptive(method, size)),
            reference=references.rounded_mean(size, 2) if method == "mean" else None,
            tolerance=tolerance,
            because=because,
        )


def formulas() -> Iterator[Row]:
    """Doxa's windows end at the border; scikit-image's mirror it."""
    nick_differs = "doxapy leaves the mean's square out of the formula"
    singh = {"same": False, "because": LOSES}
    phansalkar = {
        "same": False,
        "because": "doxapy has no Phansalkar: timed against its Sauvola, and checked against the "
        "paper's formula",
    }
    entries: list[tuple[Any, str, dict[str, float], Any, dict[str, Any]]] = [
        (SauvolaThreshold(k=0.2, r=128), "SAUVOLA", {"k": 0.2}, None, {}),
        (NiblackThreshold(k=-0.2), "NIBLACK", {"k": -0.2}, None, {}),
        (
            NickThreshold(k=-0.2),
            "NICK",
            {"k": -0.2},
            references.nick,
            {"tolerance": 1e-3, "because": nick_differs},
        ),
        (WolfThreshold(k=0.5), "WOLF", {"k": 0.5}, None, {}),
        (PhansalkarThreshold(), "SAUVOLA", {"k": 0.2}, references.phansalkar, phansalkar),
        (SinghThreshold(k=0.06), "TRSINGH", {"k": 0.06}, references.singh, singh),
        (ISauvolaThreshold(k=0.2, r=128), "ISAUVOLA", {"k": 0.2}, None, {}),
    ]
    for estimator, algorithm, params, formula, special in entries:
        for size in (25, 151):
            name = type(estimator).__name__.removesuffix("Threshold")
            clipped = estimator.set_params(window_size=size, border="clip")
            yield Row(
                group=FORMULAS,
                work=f"{name} {size}",
                peer=DOXA,
                target=5,
                ours=ours(clipped),
                theirs=one(peers.doxa(algorithm, window=size, **params)),
                reference=references.by_formula(size, formula) if formula else None,
                **special,
            )
    for size in (25, 151):
        mirrored = {"window_size": size, "border": "reflect"}
        for estimator, name, params in (
            (SauvolaThreshold(k=0.2, r=127.5, **mirrored), "sauvola", {"k": 0.2, "r": 127.5}),
            (NiblackThreshold(k=-0.2, **mirrored), "niblack", {"k": 0.2}),
        ):
            yield Row(
                group=FORMULAS,
                work=f"{name.capitalize()} {size}",
                peer=SK,
                target=35,
                ours=ours(estimator),
                theirs=one(peers.skimage(name, window_size=size, **params)),
            )


def extremes() -> Iterator[Row]:
    theirs = one(peers.doxa("BERNSEN", window=25, threshold=100, contrast_limit=25))
    yield Row(
        group=EXTREMES,
        work="Bernsen",
        peer=DOXA,
        target=60,
        # Doxa has contrast above its limit where ours has contrast of at least ours.
        ours=ours(BernsenThreshold(window_size=25, contrast=26, half=100, border="clip")),
        theirs=theirs,
    )
    for estimator in (ContrastThreshold(window_size=25), MidGreyThreshold(window_size=25)):
        yield Row(
            group=EXTREMES,
            work=type(estimator).__name__.removesuffix("Threshold"),
            peer=DOXA,
            target=60,
            ours=ours(estimator),
            theirs=theirs,
            same=False,
            reference=references.middle(25),
            because="timed against doxapy's Bernsen, and checked against SciPy's filters",
        )


def median() -> Iterator[Row]:
    yield Row(
        group=MEDIAN,
        work="median 15",
        peer=CV,
        target=1,
        ours=ours(AdaptiveThreshold("median", window_size=15)),
        theirs=one(peers.cv_median(15)),
    )


def steps() -> Iterator[Row]:
    for size in (5, 21):
        yield Row(
            group=STEPS,
            work=f"GaussianBlur {size}",
            peer=CV,
            target=1,
            ours=ours(GaussianBlur(size)),
            theirs=one(peers.cv_blur(size)),
        )
    yield Row(
        group=STEPS,
        work="ToGray",
        peer=CV,
        target=1,
        ours=ours(ToGray()),
        theirs=one(peers.cv_gray),
        data="colour",
    )


def multi_otsu() -> Iterator[Row]:
    cls = getattr(skthresh, "MultiOtsuThreshold", None)
    for classes, data in ((4, "page"), (3, "12 bits")):
        parameters = {} if cls is None else inspect.signature(cls).parameters
        alone = {"per_image": True} if "per_image" in parameters else {}
        yield Row(
            group=MULTI,
            work=f"{classes} classes, {'uint8' if data == 'page' else 'uint16 of 12 bits'}",
            peer=SK,
            target=20,
            ours=None if cls is None else ours(cls(n_classes=classes, **alone), "predict"),
            theirs=one(peers.skimage_multi_otsu(classes)),
            data=data,
            reference=references.classes_that_differ_most(classes),
            tolerance=1e-2,
            because=FLOAT32.format("the shares of the levels"),
            missing="skthresh has no MultiOtsuThreshold yet" if cls is None else "",
        )


def many() -> Iterator[Row]:
    yield Row(
        group=MANY,
        work="Otsu per image",
        peer=CV,
        target=3,
        ours=ours(OTSU),
        theirs=loop(peers.cv_otsu),
        data="tiles",
    )
    yield Row(
        group=MANY,
        work="Sauvola 7",
        peer=DOXA,
        target=5,
        ours=ours(SauvolaThreshold(window_size=7, k=0.2, r=128, border="clip")),
        theirs=loop(peers.doxa("SAUVOLA", window=7, k=0.2)),
        data="tiles",
    )


def deep() -> Iterator[Row]:
    means = "scikit-image does not round the means of integers; ours are checked exactly"
    for dtype, white in (("uint16", 65535.0), ("float32", 1.0)):
        whole = dtype == "uint16"
        yield Row(
            group=DEEP,
            work=f"Otsu, {dtype}",
            peer=SK,
            target=8,
            ours=ours(OTSU),
            theirs=one(peers.skimage("otsu")),
            data=dtype,
            reference=references.by_histogram(OTSU) if whole else None,
            tolerance=1e-2 if whole else 0.0,
            because=FLOAT32.format("the counts") if whole else "",
        )
        yield Row(
            group=DEEP,
            work=f"Sauvola 25, {dtype}",
            peer=SK,
            target=30,
            ours=ours(SauvolaThreshold(window_size=25, k=0.2, r=white / 2, border="reflect")),
            theirs=one(peers.skimage("sauvola", window_size=25, k=0.2, r=white / 2)),
            data=dtype,
            tolerance=0.0 if whole else 1e-4,
            because="" if whole else FLOAT32.format("means and mean squares"),
        )
        offset = 2 if whole else 2 / 255
        local = {"block_size": 51, "method": "mean", "mode": "nearest", "offset": offset}
        yield Row(
            group=DEEP,
            work=f"adaptive mean 51, {dtype}",
            peer=SK,
            target=30,
            ours=ours(AdaptiveThreshold("mean", window_size=51, offset=offset)),
            theirs=one(peers.skimage("local", **local)),
            data=dtype,
            reference=references.rounded_mean(51, 2) if whole else None,
            tolerance=1e-3 if whole else 1e-4,
            because=means if whole else FLOAT32.format("the means"),
        )


def threads() -> Iterator[Row]:
    one_core = "needs two cores, and has one here" if usable_cores() < 2 else ""
    for data, what in (("eight", "8 images"), ("page", "one image")):
        for work, estimator in (
            ("Otsu", OTSU),
            ("adaptive mean 51", AdaptiveThreshold("mean", window_size=51)),
            ("Sauvola 25", SauvolaThreshold(window_size=25)),
        ):
            there = "n_jobs" in estimator.get_params()
            yield Row(
                group=THREADS,
                work=f"{work}, {what}",
                peer="itself",
                target=1.7,
                ours=ours(estimator, n_jobs=2) if there else None,
                theirs=ours(estimator),
                data=data,
                missing="" if there else f"{type(estimator).__name__} has no n_jobs yet",
                remark=one_core,
            )


@cache
def rows() -> tuple[Row, ...]:
    """Give all rows, in the table's order."""
    parts = (
        *(simple, otsu, other_global, adaptive, formulas, extremes),
        *(median, steps, multi_otsu, many, deep, threads),
    )
    return tuple(row for part in parts for row in part())
