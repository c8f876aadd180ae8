"""`python -m tools.package FILE`: write the zip that is deployed, and print its SHA-256.

    python -m tools.package package.zip
    azd deploy pipeline --from-package package.zip

Exit codes: 0 written; 2 wrong usage, no checkout, or nothing to put in.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from tools.package.contents import PackageError, deployed, packed

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Write it, or say why not."""
    parser = argparse.ArgumentParser(prog="python -m tools.package", description="Writes the zip that is deployed.")
    parser.add_argument("file", type=Path, help="where to")
    target: Path = parser.parse_args(arguments).file
    try:
        content = packed(ROOT, deployed(ROOT))
        target.write_bytes(content)
    except (PackageError, OSError) as error:
        sys.stderr.write(f"package: {error}\n")
        return 2
    sys.stdout.write(f"{hashlib.sha256(content).hexdigest()}  {target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
