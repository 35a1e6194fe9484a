"""Start proseg-gui with ``python -m proseg_gui``."""

import sys

from proseg_gui.cli import main

if __name__ == "__main__":
    sys.exit(main())
