"""Files: bytes in and out of Volume, Mask and Study, with errors that name the file."""
