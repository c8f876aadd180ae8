"""The letter to the customer in English."""

from __future__ import annotations

from types import MappingProxyType

from shared.domain.holdings.model import HoldingKind
from shared.report.languages import Fate, Opening, Words

ENGLISH = Words(
    title="The end of our reseller relationship with {name}",
    title_running="Our reseller relationship with {name}",
    you="your organisation",
    openings=MappingProxyType(
        {
            Opening.ENDED: (
                "You could buy Microsoft products through us. The reseller relationship in Microsoft Partner "
                "Center that made this possible ended on {at}."
            ),
            Opening.GONE: (
                "You could buy Microsoft products through us. The reseller relationship in Microsoft Partner "
                "Center that made this possible is over; we noticed it on {at}."
            ),
            Opening.CAME_BACK: (
                "The reseller relationship in Microsoft Partner Center, through which you buy Microsoft products "
                "from us, was ended and has been set up again."
            ),
            Opening.CALLED_OFF: (
                "We are not ending the reseller relationship in Microsoft Partner Center, through which you buy "
                "Microsoft products from us: it goes on."
            ),
            Opening.LEAVING: (
                "Microsoft has accepted the end of the reseller relationship in Microsoft Partner Center, "
                "through which you bought Microsoft products from us. We are waiting for it to take effect."
            ),
            Opening.ENDING: (
                "We are ending the reseller relationship in Microsoft Partner Center, through which you bought "
                "Microsoft products from us. It has not ended: that follows once all products have ended."
            ),
            Opening.NOT_ENDED: (
                "We have not ended the reseller relationship in Microsoft Partner Center, through which you buy "
                "Microsoft products from us."
            ),
            Opening.NOT_HERE: (
                "Nothing was ended under this reference. It says nothing about the reseller relationship in "
                "Microsoft Partner Center, nor about your products."
            ),
        }
    ),
    means=(
        "We can no longer see, order or change your Microsoft products in Partner Center. Your tenant, with its users "
        "and its data, stays yours; what may still give us access to it is listed below."
    ),
    products="Your products",
    product="Product",
    what="What happened",
    until="Term ends",
    nothing_held="You held no products through us.",
    not_read="We have not read which products you hold.",
    survives="What may still be in your tenant, and how to delete it",
    how="How",
    again="If you want to work with us again",
    again_link="Accept the relationship at {link}.",
    bought_anew="What has ended has to be bought again.",
    no_link="Ask us for a new invitation.",
    as_of="As of {at}. All times are UTC.",
    seats="{count} of {had} were given back on {at}",
    fates=MappingProxyType(
        {
            Fate.CANCELLED: "cancelled on {at}",
            Fate.CANCELLING: "its cancellation was asked for on {at}",
            Fate.RETURNED: "returned on {at}",
            Fate.SUSPENDED: "suspended on {at}",
            Fate.SUSPENDED_BEFORE: "is suspended",
            Fate.ENDED: "has ended",
            Fate.AWAY: "is no longer with us",
            Fate.ENDS: "runs on until its term ends, and does not renew",
            Fate.RUNS: "runs on",
            Fate.GOES_ON: "runs on, no end known",
            Fate.RAN: "was still running when we last looked",
            Fate.KEPT: "stays licensed to you",
            Fate.SET_UP: "is being set up",
            Fate.ORDERED: "is not finished yet",
            Fate.MOVING: "is open; what is in it is left alone",
        }
    ),
    kinds=MappingProxyType(
        {
            HoldingKind.LEGACY_LICENCE: "licence",
            HoldingKind.NCE_LICENCE: "licence",
            HoldingKind.TRIAL: "trial",
            HoldingKind.AZURE_PLAN: "Azure plan",
            HoldingKind.AZURE_SUBSCRIPTION: "Azure subscription",
            HoldingKind.LEGACY_AZURE: "Azure subscription",
            HoldingKind.RESERVATION: "Azure reservation",
            HoldingKind.PERPETUAL_SOFTWARE: "perpetual software",
            HoldingKind.SOFTWARE_SUBSCRIPTION: "software subscription",
            HoldingKind.MARKETPLACE: "marketplace product",
            HoldingKind.SAVINGS_PLAN: "Azure savings plan",
            HoldingKind.PENDING_ORDER: "order",
            HoldingKind.OPEN_TRANSFER: "transfer to another partner",
            HoldingKind.UNKNOWN: "other product",
        }
    ),
)
