"""Drawings in files: RTSTRUCT, DICOM SEG, label maps, LIDC-IDRI XML."""
