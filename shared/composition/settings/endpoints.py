"""Which cloud, and the addresses of its four services; each may be overridden (the local simulator does)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from shared.composition.settings.reader import Reader


class Cloud(StrEnum):
    """Where the partner account lives. US Government uses the Partner Center address of the global cloud."""

    GLOBAL = "global"
    US_GOVERNMENT = "us_government"
    CHINA = "china"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Base addresses without a trailing slash."""

    partner_center: str
    login: str
    graph: str
    azure: str


CLOUDS: Mapping[Cloud, Endpoints] = MappingProxyType(
    {
        Cloud.GLOBAL: Endpoints(
            "https://api.partnercenter.microsoft.com",
            "https://login.microsoftonline.com",
            "https://graph.microsoft.com",
            "https://management.azure.com",
        ),
        Cloud.US_GOVERNMENT: Endpoints(
            "https://api.partnercenter.microsoft.com",
            "https://login.microsoftonline.us",
            "https://graph.microsoft.us",
            "https://management.usgovcloudapi.net",
        ),
        Cloud.CHINA: Endpoints(
            "https://partner.partnercenterapi.microsoftonline.cn",
            "https://login.partner.microsoftonline.cn",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://management.chinacloudapi.cn",
        ),
    }
)
"""Sources: "Partner Center REST URLs", "National cloud deployments" (Graph), Azure CLI's cloud list. Tokens are asked
for these resources, also when a service is reached under another address."""


EXCHANGES: Mapping[Cloud, str] = MappingProxyType(
    {
        Cloud.GLOBAL: "api://AzureADTokenExchange/.default",
        Cloud.US_GOVERNMENT: "api://AzureADTokenExchangeUSGov/.default",
        Cloud.CHINA: "api://AzureADTokenExchangeChina/.default",
    }
)
"""The scope of a managed identity's token that a federated credential of the cloud trusts."""


def read_endpoints(reader: Reader, cloud: Cloud) -> Endpoints:
    """The cloud's addresses with what the settings override."""
    own = CLOUDS[cloud]
    return Endpoints(
        reader.base_url("OFFBOARDING_PARTNER_CENTER_URL", own.partner_center),
        reader.base_url("OFFBOARDING_LOGIN_URL", own.login),
        reader.base_url("OFFBOARDING_GRAPH_URL", own.graph),
        reader.base_url("OFFBOARDING_AZURE_URL", own.azure),
    )
