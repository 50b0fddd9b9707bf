"""The hot loops, compiled by Numba: arrays in, arrays out.

Nothing here imports scikit-learn or knows of estimators. Planes arrive C-contiguous, read-only
and of a native dtype (`skthresh.batch.kernel_form`).
"""
