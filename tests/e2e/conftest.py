"""One stack for all tests of a session; each test has customers of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import write_scenario
from tests.e2e.support.stack import Addresses, LocalStack
from tests.e2e.support.tenant import Tenant


@pytest.fixture(scope="session")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """Of the running stack."""
    folder = tmp_path_factory.mktemp("stack")
    stack, found = LocalStack.start(folder / "data", write_scenario(folder / "scenario.json"))
    yield found
    stack.kill()


@pytest.fixture(scope="session")
def crm(addresses: Addresses) -> Iterator[Crm]:
    """A CRM at Service Bus."""
    with Crm(addresses) as found:
        yield found


@pytest.fixture(scope="session")
def api(addresses: Addresses) -> Api:
    """A caller of the HTTP interface."""
    return Api(addresses)


@pytest.fixture(scope="session")
def operator(addresses: Addresses) -> Api:
    """A person with the role Operate, who made no request."""
    return Api(addresses, addresses.people["Operate"].header)


@pytest.fixture(scope="session")
def tenant(addresses: Addresses) -> Tenant:
    """An observer of the partner tenant."""
    return Tenant(addresses)
