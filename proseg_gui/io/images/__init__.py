"""Scans as image files: NIfTI, NRRD, MetaImage, ANALYZE, 2D pictures."""
