"""Archives: find, fetch and send by DICOMweb and DIMSE."""
