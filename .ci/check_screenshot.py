"""Fails when a screenshot of the demo is blank, of the wrong size, or has no contour over the scan."""

import sys

import numpy as np
from PySide6.QtGui import QImage

from proseg_gui.gui.views.palette import CURRENT_COLOUR

file, size = sys.argv[1:]
width, height = map(int, size.split("x"))
image = QImage(file).convertToFormat(QImage.Format.Format_RGB888)
if (image.width(), image.height()) != (width, height):
    sys.exit(f"{file} is {image.width()}x{image.height()}, not {size}")
rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
pixels = rows[:, : 3 * width].reshape(height, width, 3).astype(int)
scan = pixels[height // 6 : height * 2 // 3, width // 5 : width * 9 // 20]  # inside the left pane
wanted = np.array([int(CURRENT_COLOUR[i : i + 2], 16) for i in (1, 3, 5)])
contour = int((np.abs(scan - wanted).max(axis=-1) < 40).sum())
colours = len(np.unique(pixels.reshape(-1, 3), axis=0))
grey = int(((np.ptp(scan, axis=-1) < 8) & (scan.max(axis=-1) > 40)).sum())
print(f"{file}: {colours} colours; over the scan {contour} pixels of the contour's colour and {grey} grey ones")
if contour < 40 or colours < 500 or grey < 2000:
    sys.exit("the screenshot does not show the scan with its contour")
