"""What each kind of holding is called and how it is sold, unless a scenario says otherwise."""

from dataclasses import dataclass

from local.simulator.tenant.kinds import Kind, LineKind


@dataclass(frozen=True, slots=True)
class Offer:
    """Defaults of one kind."""

    offer_id: str
    name: str
    term: str
    billing: str
    line: LineKind
    auto_renew: bool = True
    publisher: str = "Microsoft Corporation"


OFFERS = {
    Kind.NCE_LICENCE: Offer(
        "CFQ7TTC0LH18:0001:CFQ7TTC0K971", "Microsoft 365 Business Basic", "P1Y", "monthly", LineKind.LICENCE
    ),
    Kind.NCE_TRIAL: Offer(
        "CFQ7TTC0LHSF:0002:CFQ7TTC0K5BR", "Microsoft 365 Business Premium Trial", "P1M", "none", LineKind.LICENCE
    ),
    Kind.LEGACY_LICENCE: Offer(
        "031c9e47-4802-4248-838e-778fb1d2cc05", "Office 365 Business Premium", "P1Y", "monthly", LineKind.LICENCE
    ),
    Kind.SOFTWARE_SUBSCRIPTION: Offer(
        "DG7GMGF0FKZV:0003:DG7GMGF0DQLM",
        "SQL Server Enterprise - 2 Core License Pack - 3 year",
        "P3Y",
        "triennial",
        LineKind.SOFTWARE_SUBSCRIPTION,
        publisher="Microsoft",
    ),
    Kind.MARKETPLACE: Offer(
        "DZH318Z0BXWC:0001:DZH318Z0BMJX",
        "Example Backup for Microsoft 365",
        "P1M",
        "monthly",
        LineKind.MARKETPLACE,
        publisher="Example Publisher",
    ),
    Kind.AZURE_PLAN: Offer(
        "DZH318Z0BPS6:0001:DZH318Z0BP04", "Azure plan", "P1M", "monthly", LineKind.AZURE_PLAN, auto_renew=False
    ),
    Kind.LEGACY_AZURE: Offer("MS-AZR-0145P", "Microsoft Azure", "P1M", "monthly", LineKind.LICENCE, auto_renew=False),
    Kind.SAVINGS_PLAN: Offer(
        "DZH318Z09V6F:0001:DZH318Z0BLD3",
        "Compute savings plan, 1 Year",
        "P1Y",
        "one_time",
        LineKind.SAVINGS_PLAN,
    ),
}
PERPETUAL_OFFER = "DG7GMGF0D5RK:0005:DG7GMGF0D3SJ"
RESERVATION_OFFER = "DZH318Z0BQ3W:007J:DZH318Z0CMNP"
