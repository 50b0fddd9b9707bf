"""Every estimator against scikit-learn's checks, and against ours."""

import inspect

import pytest
from instances import PARAMETERS, instances
from sklearn.base import clone
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_get_feature_names_out_error,
    check_global_output_transform_pandas,
    check_global_set_output_transform_polars,
    check_n_features_in_after_fitting,
    check_param_validation,
    check_set_output_transform,
    check_set_output_transform_pandas,
    check_transformer_get_feature_names_out,
    check_transformer_get_feature_names_out_pandas,
    parametrize_with_checks,
)

import skthresh
from skthresh.utils import all_estimators
from skthresh.utils.estimator_checks import image_checks, parametrize_with_image_checks

FLAT = instances(flat_rows=True)


@parametrize_with_checks(FLAT)
def test_scikit_learn(estimator, check):
    check(estimator)


@parametrize_with_image_checks(instances())
def test_images(estimator, check):
    check(estimator)


# These are not part of parametrize_with_checks; scikit-learn's own test_common calls them so.
BESIDE = [
    check_dataframe_column_names_consistency,
    check_get_feature_names_out_error,
    check_global_output_transform_pandas,
    check_global_set_output_transform_polars,
    check_n_features_in_after_fitting,
    check_set_output_transform,
    check_set_output_transform_pandas,
    check_transformer_get_feature_names_out,
    check_transformer_get_feature_names_out_pandas,
]


# Two of them fit with feature names and transform without, for which scikit-learn itself warns.
@pytest.mark.filterwarnings(
    "ignore:X does not have valid feature names", "ignore:X has feature names, but"
)
@pytest.mark.parametrize("check", BESIDE, ids=lambda c: c.__name__)
@pytest.mark.parametrize("estimator", FLAT, ids=repr)
def test_tables(estimator, check):
    check(type(estimator).__name__, clone(estimator))


@pytest.mark.parametrize("estimator", instances(), ids=repr)
def test_parameter_validation(estimator):
    check_param_validation(type(estimator).__name__, clone(estimator))


def test_no_estimator_escapes():
    """Only the U-Net, whose masks are dense, is let off scikit-learn's tables."""
    names = {name for name, _ in all_estimators()}
    assert names >= {"AdaptiveThreshold", "OtsuThreshold", "SimpleThreshold", "UNetSegmenter"}
    assert {type(e).__name__ for e in FLAT} == names - {"UNetSegmenter"}
    assert set(PARAMETERS) <= names
    public = {n for n, c in vars(skthresh).items() if inspect.isclass(c) and hasattr(c, "fit")}
    assert public == names


@pytest.mark.parametrize("estimator", instances(), ids=repr)
def test_image_checks_are_many(estimator):
    assert len(list(image_checks(estimator))) >= 10
