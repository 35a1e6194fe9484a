"""Scans as DICOM: headers, geometry, pixels, whole series in and out."""
