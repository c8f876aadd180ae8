"""python -m tools.bicep_check [--azmcp PROGRAM] FOLDER

Exit codes: 0 nothing found, 1 findings, 2 the check could not be carried out.
"""

import argparse
import sys
from pathlib import Path

from tools.bicep_check.azure.azmcp import Azmcp, AzmcpError
from tools.bicep_check.azure.resource_types import NoResourceTypes
from tools.bicep_check.check import Outcome, check_folder


def main(arguments: list[str] | None = None) -> int:
    """Check one folder and print what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.bicep_check", description="Check the Bicep files of a folder."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--azmcp", type=Path, metavar="PROGRAM", help="describes Azure's resource types (see README.md)"
    )
    options = parser.parse_args(arguments)
    if not any(options.folder.rglob("*.bicep")):
        print(f"bicep_check: no Bicep files in {options.folder}", file=sys.stderr)
        return 2
    try:
        if options.azmcp is None:
            outcome = check_folder(options.folder, NoResourceTypes())
        else:
            with Azmcp(options.azmcp) as types:
                outcome = check_folder(options.folder, types)
    except (AzmcpError, OSError) as error:
        print(f"bicep_check: {error}", file=sys.stderr)
        return 2
    _show(outcome, with_types=options.azmcp is not None)
    return 1 if outcome.findings else 0


def _show(outcome: Outcome, *, with_types: bool) -> None:
    for finding in outcome.findings:
        print(finding)
    types = f"{len(outcome.described)} resource types checked property by property"
    if not with_types:
        types = f"the properties of {len(outcome.undescribed)} resource types not checked: no --azmcp"
    elif outcome.undescribed:
        types += f", not described by azmcp: {', '.join(sorted(outcome.undescribed))}"
    print(f"{outcome.files} files, {len(outcome.findings)} findings; {types}")


if __name__ == "__main__":
    sys.exit(main())
