"""infra/ as it stands."""

from pathlib import Path

from tools.bicep_check.azure.azmcp import Azmcp
from tools.bicep_check.azure.resource_types import NoResourceTypes, ResourceTypes
from tools.bicep_check.check import check_folder
from tools.bicep_check.tests.support import INFRA, Mistake, findings_with


def test_nothing_is_found() -> None:
    outcome = check_folder(INFRA, NoResourceTypes())
    assert outcome.findings == ()
    assert outcome.files == len(list(INFRA.rglob("*.bicep"))) > 0
    assert outcome.undescribed


def test_nothing_is_found_in_resources(types: ResourceTypes) -> None:
    assert check_folder(INFRA, types).findings == ()


def test_most_types_are_described(azmcp: Azmcp) -> None:
    """Alone the types of Azure Monitor, locks and private zones are not: azmcp names them and cannot show them."""
    outcome = check_folder(INFRA, azmcp)
    assert len(outcome.described) >= 19
    others = {name for name in outcome.undescribed if not name.startswith("Microsoft.Network/privateDnsZones")}
    assert {name.partition("/")[0] for name in others - {"Microsoft.Authorization/locks"}} <= {"Microsoft.Insights"}


def test_a_finding_names_its_place(tmp_path: Path) -> None:
    wrong = Mistake("modules/identity.bicep", "= identity.name", "= identty.name", "'identty' is not declared")
    [found] = findings_with(wrong, tmp_path, NoResourceTypes())
    assert str(found) == f"{tmp_path}/infra/modules/identity.bicep:13:22: name: 'identty' is not declared"
