"""The letter to the customer in German."""

from __future__ import annotations

from types import MappingProxyType

from shared.domain.holdings.model import HoldingKind
from shared.report.languages import Fate, Opening, Words

GERMAN = Words(
    title="Das Ende unserer Handelspartnerbeziehung mit {name}",
    title_running="Unsere Handelspartnerbeziehung mit {name}",
    you="Ihrer Organisation",
    openings=MappingProxyType(
        {
            Opening.ENDED: (
                "Sie konnten Microsoft-Produkte über uns beziehen. Die Handelspartnerbeziehung im Microsoft "
                "Partner Center, die das möglich machte, endete am {at}."
            ),
            Opening.GONE: (
                "Sie konnten Microsoft-Produkte über uns beziehen. Die Handelspartnerbeziehung im Microsoft "
                "Partner Center, die das möglich machte, besteht nicht mehr; das haben wir am {at} festgestellt."
            ),
            Opening.CAME_BACK: (
                "Die Handelspartnerbeziehung im Microsoft Partner Center, über die Sie Microsoft-Produkte von "
                "uns beziehen, war beendet und wurde neu eingerichtet."
            ),
            Opening.CALLED_OFF: (
                "Wir beenden die Handelspartnerbeziehung im Microsoft Partner Center, über die Sie "
                "Microsoft-Produkte von uns beziehen, nicht: Sie besteht weiter."
            ),
            Opening.LEAVING: (
                "Microsoft hat das Ende der Handelspartnerbeziehung im Microsoft Partner Center angenommen, über "
                "die Sie Microsoft-Produkte von uns bezogen haben. Wir warten darauf, dass es wirksam wird."
            ),
            Opening.ENDING: (
                "Wir beenden die Handelspartnerbeziehung im Microsoft Partner Center, über die Sie "
                "Microsoft-Produkte von uns bezogen haben. Sie besteht noch und endet, sobald alle Produkte "
                "beendet sind."
            ),
            Opening.NOT_ENDED: (
                "Wir haben die Handelspartnerbeziehung im Microsoft Partner Center, über die Sie "
                "Microsoft-Produkte von uns beziehen, nicht beendet."
            ),
            Opening.NOT_HERE: (
                "Zu diesem Vorgang wurde nichts beendet. Er sagt nichts über die Handelspartnerbeziehung im "
                "Microsoft Partner Center und nichts über Ihre Produkte."
            ),
        }
    ),
    means=(
        "Wir können Ihre Microsoft-Produkte im Partner Center nicht mehr sehen, bestellen oder ändern. Ihr Mandant mit "
        "seinen Benutzern und Daten gehört weiterhin Ihnen; was uns noch Zugriff darauf geben kann, steht unten."
    ),
    products="Ihre Produkte",
    product="Produkt",
    what="Was geschehen ist",
    until="Laufzeit endet",
    nothing_held="Sie hatten keine Produkte über uns.",
    not_read="Wir haben nicht gelesen, welche Produkte Sie haben.",
    survives="Was noch in Ihrem Mandanten sein kann, und wie Sie es löschen",
    how="So geht es",
    again="Wenn Sie wieder mit uns arbeiten möchten",
    again_link="Nehmen Sie die Beziehung an unter {link}.",
    bought_anew="Was beendet ist, muss neu gekauft werden.",
    no_link="Bitten Sie uns um eine neue Einladung.",
    as_of="Stand: {at}. Alle Uhrzeiten sind in koordinierter Weltzeit (UTC).",
    seats="{count} von {had} wurden am {at} zurückgegeben",
    fates=MappingProxyType(
        {
            Fate.CANCELLED: "gekündigt am {at}",
            Fate.CANCELLING: "Kündigung beantragt am {at}",
            Fate.RETURNED: "zurückgegeben am {at}",
            Fate.SUSPENDED: "angehalten am {at}",
            Fate.SUSPENDED_BEFORE: "ist angehalten",
            Fate.ENDED: "ist beendet",
            Fate.AWAY: "ist nicht mehr bei uns",
            Fate.ENDS: "läuft bis zum Ende der Laufzeit und verlängert sich nicht",
            Fate.RUNS: "läuft weiter",
            Fate.GOES_ON: "läuft weiter, kein Ende bekannt",
            Fate.RAN: "lief noch, als wir zuletzt nachgesehen haben",
            Fate.KEPT: "bleibt für Sie lizenziert",
            Fate.SET_UP: "wird eingerichtet",
            Fate.ORDERED: "ist noch nicht abgeschlossen",
            Fate.MOVING: "ist offen; was dazu gehört, bleibt unberührt",
        }
    ),
    kinds=MappingProxyType(
        {
            HoldingKind.LEGACY_LICENCE: "Lizenz",
            HoldingKind.NCE_LICENCE: "Lizenz",
            HoldingKind.TRIAL: "Testabonnement",
            HoldingKind.AZURE_PLAN: "Azure-Plan",
            HoldingKind.AZURE_SUBSCRIPTION: "Azure-Abonnement",
            HoldingKind.LEGACY_AZURE: "Azure-Abonnement",
            HoldingKind.RESERVATION: "Azure-Reservierung",
            HoldingKind.PERPETUAL_SOFTWARE: "unbefristete Software",
            HoldingKind.SOFTWARE_SUBSCRIPTION: "Softwareabonnement",
            HoldingKind.MARKETPLACE: "Marketplace-Produkt",
            HoldingKind.SAVINGS_PLAN: "Azure-Sparplan",
            HoldingKind.PENDING_ORDER: "Bestellung",
            HoldingKind.OPEN_TRANSFER: "Übertragung an einen anderen Partner",
            HoldingKind.UNKNOWN: "anderes Produkt",
        }
    ),
)
