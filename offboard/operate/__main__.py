"""`python -m offboard.operate COMMAND`: the same as `python -m offboard COMMAND`."""

from __future__ import annotations

import sys

from offboard.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
