"""``python -m meshjit``."""

import sys

from meshjit.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
