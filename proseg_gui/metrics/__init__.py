"""The metrics of docs/METRICS.md: numpy arrays in, plain numbers out. No files, no torch."""

SURFACE_TOLERANCE_MM = 2.0
"""Of the surface Dice wherever it is shown: surfaces this close count as one."""
