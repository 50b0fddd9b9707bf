"""Global techniques: one threshold from a histogram. One technique is one file."""
