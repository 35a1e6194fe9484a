"""Start proseg-gui from a bare checkout: ``python app.py``."""

import sys

from proseg_gui.cli import main

if __name__ == "__main__":
    sys.exit(main())
