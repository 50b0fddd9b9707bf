"""Techniques that are wrong in one way each, and the image checks that must notice it."""

import warnings

import numpy as np

from skthresh import MeanThreshold, MultiOtsuThreshold, NiblackThreshold
from skthresh.modes import is_inverse


class Mean(MeanThreshold):
    """Sound: what the broken ones are compared with."""


class Niblack(NiblackThreshold):
    """Sound, too."""


class MultiOtsu(MultiOtsuThreshold):
    """Sound, with three classes."""


class WritesToItsInput(MeanThreshold):
    def fit(self, X, y=None, sample_weight=None, mask=None):
        super().fit(X, y, sample_weight, mask)
        X[0][...] = 0
        return self


class WritesToItsInputAllTheSame(MeanThreshold):
    def predict(self, X, mask=None):
        answer = super().predict(X, mask)
        if isinstance(X, np.ndarray) and X.base is None and X.dtype.kind != "O":
            X.flags.writeable = True
            X[0][...] = 0
        return answer


class AtTheThresholdToo(MeanThreshold):
    """``>=`` instead of ``>``."""

    def _apply(self, batch, mode, *, mask):
        if not mask:
            return super()._apply(batch, mode, mask=mask)
        table = self._per_plane(batch)

        def function(plane, out, i, c):
            out[...] = (plane < table[i, c]) if is_inverse(mode) else (plane >= table[i, c])
            valid = batch.valid(i, c)
            if valid is not None:
                out[~valid] = 0

        return batch.map(function, bool)


class LooksAtTheWholeBatch(MeanThreshold):
    def _per_plane(self, batch):
        level = np.mean([np.nanmean(x) for x in batch.data]) if batch.dtype.kind != "b" else 0
        return np.full((len(batch), batch.n_channels or 1), float(level))


class MissingIsDark(MeanThreshold):
    """NaN as foreground in the inverse modes."""

    def _apply(self, batch, mode, *, mask):
        answer = super()._apply(batch, mode, mask=mask)
        if is_inverse(mode) and batch.dtype.kind == "f":
            for x, a in zip(batch.data, answer, strict=True):
                a[np.isnan(x)] = 1
        return answer


class IgnoresTheMask(MeanThreshold):
    def _read(self, X, *, reset, mask=None):
        return super()._read(X, reset=reset)


class GivesDoubles(MeanThreshold):
    def _apply(self, batch, mode, *, mask):
        answer = super()._apply(batch, mode, mask=mask)
        return answer if mask or isinstance(answer, list) else answer.astype(np.float64)


class GivesAStackForAList(MeanThreshold):
    def _apply(self, batch, mode, *, mask):
        return np.stack(super()._apply(batch, mode, mask=mask))


class ReadsMemoryInItsOrder(MeanThreshold):
    def fit(self, X, y=None, sample_weight=None, mask=None):
        super().fit(X, y, sample_weight, mask)
        if np.ndim(self.threshold_) == 0:
            self.threshold_ = X[0].ravel(order="K")[1].item()
        return self


class CallsAConstantForeground(MeanThreshold):
    def fit(self, X, y=None, sample_weight=None, mask=None):
        super().fit(X, y, sample_weight, mask)
        if np.ndim(self.threshold_) == 0 and np.min(X[0]) == np.max(X[0]):
            self.threshold_ = -np.inf
        return self


class MixesChannels(MeanThreshold):
    def fit(self, X, y=None, sample_weight=None, mask=None):
        super().fit(X, y, sample_weight, mask)
        if np.ndim(self.threshold_):
            self.threshold_[...] = self.threshold_.max()
        return self


class NeedsNoFit(MeanThreshold):
    threshold_ = 50

    def __sklearn_is_fitted__(self):
        return True


class CannotBePickled(MeanThreshold):
    def fit(self, X, y=None, sample_weight=None, mask=None):
        self.function_ = lambda: None
        return super().fit(X, y, sample_weight, mask)


class HasNoSetOutput(MeanThreshold, auto_wrap_output_keys=None):
    pass


class ForgetsTheLayout(MeanThreshold):
    def _read(self, X, *, reset, mask=None):
        if not reset:
            super()._read(X, reset=hasattr(self, "sample_ndim_"), mask=mask)
        return super()._read(X, reset=reset, mask=mask)


class TakesComplexNumbers(MeanThreshold):
    def _read(self, X, *, reset, mask=None):
        if isinstance(X, np.ndarray) and X.dtype.kind in "cf" and X.dtype.itemsize > 8:
            X = X.real.astype(np.float64)
        return super()._read(X, reset=reset, mask=mask)


class TakesInfinity(MeanThreshold):
    def _read(self, X, *, reset, mask=None):
        if isinstance(X, np.ndarray) and X.dtype.kind == "f":
            X = np.where(np.isinf(X), np.nan, X)
        return super()._read(X, reset=reset, mask=mask)


class ScoresTheOtherSide(MeanThreshold):
    def score(self, X, y, sample_weight=None, mask=None):
        return 1 - super().score(X, y, sample_weight, mask)


class DoesNotFoldRows(NiblackThreshold):
    def _read(self, X, *, reset, mask=None):
        shape, self.image_shape = self.image_shape, None
        batch = super()._read(X, reset=reset, mask=mask)
        self.image_shape = shape
        return batch


class RefusesVolumes(NiblackThreshold):
    def _check_batch(self, batch):
        super()._check_batch(batch)
        if batch.spatial_ndim == 3:
            raise ValueError("no volumes")


class KeepsQuietAboutOneImage(NiblackThreshold):
    def fit(self, X, y=None, mask=None):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return super().fit(X, y, mask)


class CountsFromTheTop(MultiOtsuThreshold):
    def _labels(self, batch):
        labels = super()._labels(batch)
        if isinstance(labels, list):
            return [self.n_classes - 1 - x for x in labels]
        return self.n_classes - 1 - labels


# The checks that must fail; others may, too.
BROKEN = {
    WritesToItsInput: {"input_is_not_written_to"},
    WritesToItsInputAllTheSame: {"input_is_not_written_to"},
    AtTheThresholdToo: {"verbs_agree", "degenerate_images"},
    LooksAtTheWholeBatch: {"batch_is_one_by_one"},
    MissingIsDark: {"nan_is_background"},
    IgnoresTheMask: {
        *("masked_pixels_are_as_nan", "masked_pixels_do_not_matter", "masks_of_every_kind")
    },
    GivesDoubles: {"dtypes"},
    GivesAStackForAList: {"list_agrees_with_stack"},
    ReadsMemoryInItsOrder: {"memory_layout_does_not_matter"},
    CallsAConstantForeground: {"degenerate_images"},
    MixesChannels: {"channels_are_thresholded_by_themselves"},
    NeedsNoFit: {"unfitted"},
    CannotBePickled: {"clone_and_pickle"},
    HasNoSetOutput: {"set_output_on_images"},
    ForgetsTheLayout: {"layout_is_remembered"},
    TakesComplexNumbers: {"unsupported_dtypes_are_named"},
    TakesInfinity: {"inf_and_empty_are_refused"},
    ScoresTheOtherSide: {"score", "verbs_are_not_overridden"},
    DoesNotFoldRows: {"flat_rows_agree_with_stack"},
    RefusesVolumes: {"ranks"},
    CountsFromTheTop: {"classes_agree", "nan_is_background"},
    KeepsQuietAboutOneImage: {"one_image_is_warned_about"},
}
