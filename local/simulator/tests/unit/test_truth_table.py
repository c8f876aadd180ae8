"""The table of rules has no gap and no dead row; local/simulator/tests/contract asks every cell from outside."""

import pytest

from local.simulator.knobs import Knobs
from local.simulator.rules.blockers import active_entitlements
from local.simulator.rules.conditions import Condition, condition
from local.simulator.rules.table import COMMON, ROWS, row
from local.simulator.scenario import builder as b
from local.simulator.scenario.states import STATES
from local.simulator.tenant.kinds import Kind
from local.simulator.tests.unit.tenant import Tenant

UNREACHABLE = {(Kind.NCE_TRIAL, Condition.ACTIVE_PAST_WINDOW), (Kind.NCE_TRIAL, Condition.SUSPENDED_PAST_WINDOW)}
RARE = {(Kind.NCE_TRIAL, Condition.SUSPENDED_IN_WINDOW), (Kind.SAVINGS_PLAN, Condition.SUSPENDED)}


def _met(state: str) -> set[tuple[Kind, Condition]]:
    """The kinds and conditions in which a state's subscriptions are."""
    tenant = Tenant(b.scenario(b.customer("Contoso", *STATES[state])))
    now, store = tenant.simulator.settle(), tenant.simulator.store
    return {
        (one.kind, condition(one, now, active_entitlements(store, tenant.customer, one.id, Knobs())))
        for one in store.subscriptions
    }


def test_every_row_is_met_by_a_named_state() -> None:
    met = {pair for state in STATES for pair in _met(state)}
    assert set(ROWS) - met - UNREACHABLE - RARE == set()
    assert set(COMMON) - {condition_ for _, condition_ in met} == set()


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_has_a_row(state: str) -> None:
    for kind, condition_ in _met(state):
        assert row(kind, condition_)
