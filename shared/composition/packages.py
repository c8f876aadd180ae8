"""What the app needs installed, checked at start: most of it is imported only when it is first used.

A package that a deployment lost would otherwise show at the first message that needs it, and cost that message its
deliveries. Finding a package takes no time worth mentioning; importing it does.
"""

from __future__ import annotations

from importlib.util import find_spec

PACKAGES = (
    "azure.core",
    "azure.data.tables",
    "azure.functions",
    "azure.identity",
    "azure.keyvault.keys",
    "azure.keyvault.secrets",
    "azure.monitor.opentelemetry.exporter",
    "azure.servicebus",
    "azure.storage.blob",
    "cryptography",
    "icalendar",
    "jinja2",
    "markupsafe",
    "msal",
    "openpyxl",
    "opentelemetry._logs",
    "opentelemetry.context",
    "opentelemetry.metrics",
    "opentelemetry.sdk",
    "opentelemetry.trace",
    "pydantic",
    "requests",
    "rfc8785",
    "urllib3",
)


def require_packages(packages: tuple[str, ...] = PACKAGES) -> None:
    """Raises ModuleNotFoundError naming every one that is not installed: the app then has no functions, and says so."""
    missing = [name for name in packages if not _installed(name)]
    if missing:
        raise ModuleNotFoundError(
            f"not installed: {', '.join(missing)}. No message can be worked on without; "
            "deploy the app with everything that requirements.txt names"
        )


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        # Not even what it is part of: "azure.data" of "azure.data.tables".
        return False
