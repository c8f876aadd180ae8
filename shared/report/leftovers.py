"""What a removal leaves behind, for the customer: each sentence that the record may have, in each language, and how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from shared.report.languages import Language

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
EN, DE = Language.ENGLISH, Language.GERMAN
_PARTNERS = {
    EN: "Microsoft 365 admin center, Settings, Partner relationships: open it, end it.",
    DE: "Microsoft 365 Admin Center, Einstellungen, Partnerbeziehungen: öffnen und beenden.",
}
_NOTHING = {EN: "Nothing is to be done.", DE: "Es ist nichts zu tun."}


@dataclass(frozen=True, slots=True)
class _Sentence:
    """One that the record lists as a survivor, what the letter says instead, and how the customer deletes it."""

    pattern: re.Pattern[str]
    says: Mapping[Language, str]
    how: Mapping[Language, str]


_SENTENCES = (
    _Sentence(
        re.compile(r"Guest users of the partner in Microsoft Entra ID: .*"),
        {
            EN: "Guest users of ours in Microsoft Entra ID: delete them or review their access.",
            DE: "Unsere Gastbenutzer in Microsoft Entra ID: löschen Sie sie oder prüfen Sie ihren Zugriff.",
        },
        {
            EN: "Microsoft Entra admin center, Users, filter “User type: Guest”: delete ours.",
            DE: "Microsoft Entra Admin Center, Benutzer, Filter „Benutzertyp: Gast“: unsere löschen.",
        },
    ),
    _Sentence(
        re.compile(r"Applications and service principals of the partner \(multi-tenant apps\): .*"),
        {
            EN: "Applications and service principals of ours (multi-tenant apps): revoke their consent, delete them.",
            DE: (
                "Unsere Anwendungen und Dienstprinzipale (mehrinstanzenfähige Apps): widerrufen Sie die Zustimmung, "
                "löschen Sie sie."
            ),
        },
        {
            EN: "Microsoft Entra admin center, Enterprise applications: open each one of ours, Properties, Delete.",
            DE: "Microsoft Entra Admin Center, Unternehmensanwendungen: jede von uns öffnen, Eigenschaften, Löschen.",
        },
    ),
    _Sentence(
        re.compile(
            r"Azure role assignments of the partner \(foreign principal\) on the Azure subscriptions (?P<rest>.*)\."
        ),
        {
            EN: "Azure role assignments of ours (foreign principal) on the Azure subscriptions {rest}.",
            DE: "Unsere Azure-Rollenzuweisungen (fremder Prinzipal) auf den Azure-Abonnements {rest}.",
        },
        {
            EN: "Azure portal, the subscription, Access control (IAM), Role assignments: remove “Foreign Principal”.",
            DE: "Azure-Portal, Abonnement, Zugriffssteuerung (IAM), Rollenzuweisungen: „Foreign Principal“ entfernen.",
        },
    ),
    _Sentence(
        re.compile(
            r"Azure role assignments of the partner \(foreign principal\), where there are Azure subscriptions\."
        ),
        {
            EN: "Azure role assignments of ours (foreign principal), where there are Azure subscriptions.",
            DE: "Unsere Azure-Rollenzuweisungen (fremder Prinzipal), wo es Azure-Abonnements gibt.",
        },
        {
            EN: "Azure portal, each subscription, Access control (IAM), Role assignments: remove “Foreign Principal”.",
            DE: (
                "Azure-Portal, jedes Abonnement, Zugriffssteuerung (IAM), Rollenzuweisungen: "
                "„Foreign Principal“ entfernen."
            ),
        },
    ),
    _Sentence(
        re.compile(r"Perpetual software stays licensed to the customer: (?P<rest>.*)\."),
        {
            EN: "Perpetual software stays licensed to you: {rest}.",
            DE: "Unbefristete Software bleibt für Sie lizenziert: {rest}.",
        },
        _NOTHING,
    ),
    _Sentence(
        re.compile(r"Delegated admin relationships \(GDAP\) with the partner, where there are any: .*"),
        {
            EN: "Delegated admin relationships (GDAP) with us, where there are any: end them.",
            DE: "Delegierte Administratorbeziehungen (GDAP) mit uns, wo es welche gibt: beenden Sie sie.",
        },
        _PARTNERS,
    ),
    _Sentence(
        re.compile(r"The delegated admin relationship \(GDAP\) (?P<rest>.*) goes on \(\w+\)\."),
        {
            EN: "The delegated admin relationship (GDAP) {rest} goes on.",
            DE: "Die delegierte Administratorbeziehung (GDAP) {rest} besteht weiter.",
        },
        _PARTNERS,
    ),
    _Sentence(
        re.compile(
            r"The invitation to the delegated admin relationship \(GDAP\) (?P<rest>.*): it gives no rights and lapses "
            r"(?:on (?P<day>\d{4}-\d\d-\d\d)|within 90 days of its making); until then .*"
        ),
        {
            EN: (
                "The invitation to the delegated admin relationship (GDAP) {rest}: it gives no rights, and lapses "
                "{day}."
            ),
            DE: (
                "Die Einladung zur delegierten Administratorbeziehung (GDAP) {rest}: Sie gibt keine Rechte und "
                "verfällt {day}."
            ),
        },
        {EN: "Do not accept it.", DE: "Nehmen Sie sie nicht an."},
    ),
)


@dataclass(frozen=True, slots=True)
class Survivor:
    """One sentence of the letter; `how` is empty where the record says it already, or nobody knows."""

    text: str
    how: str


def survivor(sentence: str, language: Language, names: Mapping[str, str] = MappingProxyType({})) -> Survivor:
    """A sentence of the record in this language; what has no translation stays as it was recorded. `names`: how what it
    names by id is called."""
    for known in _SENTENCES:
        found = known.pattern.fullmatch(sentence)
        if found is not None:
            groups = found.groupdict()
            said = {"rest": _named(groups.get("rest") or "", names), "day": _day(groups.get("day"), language)}
            return Survivor(known.says[language].format(**said), known.how[language])
    return Survivor(sentence, "")


def _named(text: str, names: Mapping[str, str]) -> str:
    return _ID.sub(lambda found: f"{names[found[0]]} ({found[0]})" if names.get(found[0]) else found[0], text)


def _day(text: str | None, language: Language) -> str:
    if text is None:
        return "innerhalb von 90 Tagen" if language is DE else "within 90 days"
    found = date.fromisoformat(text)
    return f"am {found:%d.%m.%Y}" if language is DE else f"on {found.day} {found:%B %Y}"
