"""Secrets: none has a default, none leaves through an output or an open parameter."""

import re

from tools.bicep_check.bicep_file import BicepFile
from tools.bicep_check.findings import Rule
from tools.bicep_check.language.nodes import Call, Expression, Method, Reference, String
from tools.bicep_check.language.walk import inside

# A parameter called like a secret is taken for one.
_SECRETIVE = re.compile(r"(?i)(password|pwd|secret|accountkey|connectionstring)(s|value)?$")
_GIVING = re.compile(r"list[A-Z]|getSecret")


def mentions_secret(file: BicepFile, value: Expression) -> bool:
    """Whether a value is made from a secure parameter, or from a call that answers keys."""
    secure = {param.name for param in file.declared.params if param.is_secure}
    return any(
        (isinstance(node, Reference) and node.name in secure)
        or (isinstance(node, Call | Method) and _GIVING.match(node.name))
        for node in inside(value)
    )


def check_secrets(file: BicepFile) -> None:
    """Check parameters and outputs."""
    for param in file.declared.params:
        if not param.is_secure:
            if _SECRETIVE.search(param.name):
                file.add(
                    param.name, Rule.SECRET, f"parameter {param.name} is called like a secret and is not @secure()"
                )
        elif param.default and not (isinstance(param.default, String) and param.default.plain == ""):
            what = f"secure parameter {param.name} has a default, which everybody can read here"
            file.add(param.default, Rule.SECRET, what)
    for output in file.declared.outputs:
        if mentions_secret(file, output.value):
            what = f"output {output.name} shows a secret: outputs stay readable in the history of deployments"
            file.add(output.value, Rule.SECRET, what)
