"""Steps around the thresholders: grey conversion, smoothing, resizing, flattening."""
