"""Arrays that live elsewhere: torch tensors, CuPy arrays, and others of the array API standard.

They come here when scikit-learn was told to dispatch on them
(``sklearn.config_context(array_api_dispatch=True)``), are computed on where they live, and go back
as what they are. The modules are twins of those for NumPy arrays: `batch`, `counting`, `applying`,
`windows`. Techniques know nothing of them.
"""
