"""`python -m tools.parameters [FILE]`: print infra/main.parameters.json with the environment's values put in.

    AZURE_ENV_NAME=prod AZURE_LOCATION=westeurope … python -m tools.parameters > parameters.json
    az deployment sub what-if --location westeurope --template-file infra/main.bicep --parameters @parameters.json

azd does this itself; the Azure CLI does not know its `${NAME=default}`, and leaves numbers as text, which Azure
refuses. Which parameters are numbers says the template beside the file (main.json, else main.bicep). With VARIABLES, a
JSON object, names that begin with AZURE_ or OFFBOARDING_ are read from there as well. Exit codes: 0 printed; 2 wrong
usage, a file that cannot be read, or a value that is missing.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tools.parameters.fill_in import ParametersError, filled_in, named_values, numbers_of

PARAMETERS = Path(__file__).resolve().parents[2] / "infra" / "main.parameters.json"


def main(arguments: list[str] | None = None) -> int:
    """Print them, or say what is missing."""
    parser = argparse.ArgumentParser(prog="python -m tools.parameters", description="Fills in deployment parameters.")
    parser.add_argument("file", type=Path, nargs="?", default=PARAMETERS, help="default: infra/main.parameters.json")
    file: Path = parser.parse_args(arguments).file
    try:
        text = filled_in(file.read_text(encoding="utf-8"), named_values(os.environ), numbers_of(file.parent))
    except (ParametersError, OSError) as error:
        sys.stderr.write(f"parameters: {error}\n")
        return 2
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
