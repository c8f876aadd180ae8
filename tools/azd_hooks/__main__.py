"""python3 -m tools.azd_hooks preprovision | postdeploy | predown

What azd calls (azure.yaml). Settings come from the azd environment, which azd hands over as variables. Exit codes:
0 go on, 1 refused, 2 usage. OFFBOARDING_CHECKS=off: says it, and goes on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping

from tools.azd_hooks import after_deploy, before_down, before_provision
from tools.azd_hooks.azure_cli import AzureCli
from tools.azd_hooks.findings import Found, Weight

HOOKS: Mapping[str, Callable[[Mapping[str, str], AzureCli], Iterable[Found]]] = {
    "preprovision": before_provision.look,
    "postdeploy": after_deploy.look,
    "predown": lambda environment, _: before_down.look(environment),
}
OFF = "OFFBOARDING_CHECKS"


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Print what is found."""
    if len(arguments) != 1 or arguments[0] not in HOOKS:
        print(__doc__, file=sys.stderr)
        return 2
    refused = False
    for found in HOOKS[arguments[0]](environment, AzureCli(environment.get("AZURE_SUBSCRIPTION_ID", ""))):
        print(found, flush=True)
        refused = refused or found.weight is Weight.REFUSED
    if not refused:
        return 0
    if environment.get(OFF) == "off":
        print(f"{OFF} is off: going on all the same")
        return 0
    print(f"Nothing was changed. To go on all the same: azd env set {OFF} off", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
