"""The metrics of METRICS.md: numpy arrays in, plain numbers out. No files, no torch."""
