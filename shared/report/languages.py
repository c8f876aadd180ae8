"""The letter to the customer in the languages that it is written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from shared.domain.holdings.model import HoldingKind


class Language(StrEnum):
    """English, and German."""

    ENGLISH = "en"
    GERMAN = "de"


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that the letter says itself. `{name}` stands for what is put in."""

    title: str
    title_running: str
    ended: str
    not_ended: str
    products: str
    product: str
    what: str
    until: str
    nothing_held: str
    survives: str
    nothing_survives: str
    how: str
    again: str
    again_link: str
    bought_anew: str
    no_link: str
    times: str
    cancelled: str
    returned: str
    expired: str
    suspended: str
    moment: str
    runs_on: str
    kinds: Mapping[HoldingKind, str]


_ENGLISH_KINDS: Mapping[HoldingKind, str] = MappingProxyType(
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
        HoldingKind.OPEN_TRANSFER: "transfer",
        HoldingKind.UNKNOWN: "other product",
    }
)
_GERMAN_KINDS: Mapping[HoldingKind, str] = MappingProxyType(
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
        HoldingKind.OPEN_TRANSFER: "Übertragung",
        HoldingKind.UNKNOWN: "anderes Produkt",
    }
)
WORDS: Mapping[Language, Words] = MappingProxyType(
    {
        Language.ENGLISH: Words(
            title="The end of our reseller relationship with {name}",
            title_running="Our reseller relationship with {name}",
            ended="The reseller relationship in Microsoft Partner Center ended on {at}.",
            not_ended=(
                "The reseller relationship in Microsoft Partner Center has not ended. This is how it stands at {at}."
            ),
            products="Your products",
            product="Product",
            what="What happened",
            until="Paid until",
            nothing_held="You held no products through us.",
            survives="What is still in your tenant, and how to delete it",
            nothing_survives="Nothing of ours is known to be left in your tenant.",
            how="How",
            again="If you want to work with us again",
            again_link="Accept the relationship at {link}.",
            bought_anew="What was cancelled has to be bought again.",
            no_link="Ask us for a new invitation.",
            times="All times are UTC.",
            cancelled="cancelled on {at}",
            returned="returned on {at}",
            expired="has ended",
            suspended="suspended on {at}",
            moment="%d %B %Y, %H:%M",
            runs_on="runs on until its term ends",
            kinds=_ENGLISH_KINDS,
        ),
        Language.GERMAN: Words(
            title="Das Ende unserer Handelspartnerbeziehung mit {name}",
            title_running="Unsere Handelspartnerbeziehung mit {name}",
            ended="Die Handelspartnerbeziehung im Microsoft Partner Center endete am {at}.",
            not_ended="Die Handelspartnerbeziehung im Microsoft Partner Center besteht noch. Der Stand am {at}:",
            products="Ihre Produkte",
            product="Produkt",
            what="Was geschehen ist",
            until="Bezahlt bis",
            nothing_held="Sie hatten keine Produkte über uns.",
            survives="Was noch in Ihrem Mandanten ist, und wie Sie es löschen",
            nothing_survives="Es ist nicht bekannt, dass etwas von uns in Ihrem Mandanten geblieben ist.",
            how="So geht es",
            again="Wenn Sie wieder mit uns arbeiten möchten",
            again_link="Nehmen Sie die Beziehung an unter {link}.",
            bought_anew="Was gekündigt wurde, muss neu gekauft werden.",
            no_link="Bitten Sie uns um eine neue Einladung.",
            times="Alle Zeiten sind UTC.",
            cancelled="gekündigt am {at}",
            returned="zurückgegeben am {at}",
            expired="ist beendet",
            suspended="angehalten am {at}",
            moment="%d.%m.%Y, %H:%M",
            runs_on="läuft bis zum Ende seiner Laufzeit weiter",
            kinds=_GERMAN_KINDS,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """One that the record lists as a survivor: how it begins, its German, and how the customer deletes it."""

    pattern: re.Pattern[str]
    german: str
    how: Mapping[Language, str]


_SENTENCES = (
    _Sentence(
        re.compile(r"Guest users of the partner in Microsoft Entra ID: .*"),
        "Gastbenutzer des Partners in Microsoft Entra ID: löschen Sie sie oder prüfen Sie ihren Zugriff.",
        {
            Language.ENGLISH: (
                "Microsoft Entra admin center, Users, filter “User type: Guest”: delete those of the partner."
            ),
            Language.GERMAN: (
                "Microsoft Entra Admin Center, Benutzer, Filter „Benutzertyp: Gast“: die des Partners löschen."
            ),
        },
    ),
    _Sentence(
        re.compile(r"Applications and service principals of the partner \(multi-tenant apps\): .*"),
        "Anwendungen und Dienstprinzipale des Partners (mehrinstanzenfähige Apps): Zustimmung widerrufen, löschen.",
        {
            Language.ENGLISH: (
                "Microsoft Entra admin center, Enterprise applications: open each one of the "
                "partner, Properties, Delete."
            ),
            Language.GERMAN: (
                "Microsoft Entra Admin Center, Unternehmensanwendungen: jede des Partners "
                "öffnen, Eigenschaften, Löschen."
            ),
        },
    ),
    _Sentence(
        re.compile(
            r"Azure role assignments of the partner \(foreign principal\) on the Azure subscriptions (?P<rest>.*)\."
        ),
        "Azure-Rollenzuweisungen des Partners (fremder Prinzipal) auf den Azure-Abonnements {rest}.",
        {
            Language.ENGLISH: (
                "Azure portal, the subscription, Access control (IAM), Role assignments: remove “Foreign Principal”."
            ),
            Language.GERMAN: (
                "Azure-Portal, Abonnement, Zugriffssteuerung (IAM), Rollenzuweisungen: „Foreign Principal“ entfernen."
            ),
        },
    ),
    _Sentence(
        re.compile(
            r"Azure role assignments of the partner \(foreign principal\), where there are Azure subscriptions\."
        ),
        "Azure-Rollenzuweisungen des Partners (fremder Prinzipal), wo es Azure-Abonnements gibt.",
        {
            Language.ENGLISH: (
                "Azure portal, each subscription, Access control (IAM), Role assignments: remove “Foreign Principal”."
            ),
            Language.GERMAN: (
                "Azure-Portal, jedes Abonnement, Zugriffssteuerung (IAM), Rollenzuweisungen: "
                "„Foreign Principal“ entfernen."
            ),
        },
    ),
    _Sentence(
        re.compile(r"Perpetual software stays licensed to the customer: (?P<rest>.*)\."),
        "Unbefristete Software bleibt für Sie lizenziert: {rest}.",
        {Language.ENGLISH: "Nothing is to be done.", Language.GERMAN: "Es ist nichts zu tun."},
    ),
)


@dataclass(frozen=True, slots=True)
class Survivor:
    """One sentence of the letter; `how` is empty where the record says it already, or nobody knows."""

    text: str
    how: str


def survivor(sentence: str, language: Language) -> Survivor:
    """A sentence of the record in this language; what has no translation stays as it was recorded."""
    for known in _SENTENCES:
        found = known.pattern.fullmatch(sentence)
        if found is None:
            continue
        german = known.german.partition("{rest}")
        rest = found.groupdict().get("rest") or ""
        text = sentence if language is Language.ENGLISH else f"{german[0]}{rest}{german[2]}"
        return Survivor(text, known.how[language])
    return Survivor(sentence, "")
