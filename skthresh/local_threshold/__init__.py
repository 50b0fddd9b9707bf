"""Local techniques: one threshold per pixel, from its window. One technique is one file."""
