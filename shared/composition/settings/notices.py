"""Who is told what: the rules, and the targets that they name. Secrets are in no representation and no message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shared.adapters.notices.address import Hosts
from shared.adapters.notices.signature import keys_of
from shared.composition.settings.notice_rules import read_rules
from shared.composition.settings.reader import Reader
from shared.domain.errors import SettingsError
from shared.domain.notices.rules import Channel, Rule, Target

_MAIL = re.compile(r"[^@\s,;<>\"']{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
EMULATOR = "UseDevelopmentEmulator=true"


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """What one target needs: the address (a secret), the keys of a web hook, the recipients of mail."""

    url: str = field(default="", repr=False)
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """`console`: base address of links, empty where none is known. `sender`: of mail."""

    rules: Mapping[str, Rule]
    hosts: Hosts
    targets: Mapping[Target, TargetSettings]
    sender: str
    console: str


def read_notices(reader: Reader, own_address: str) -> NoticeSettings:
    """The rules with their targets; `own_address` is where the app itself is reached."""
    rules = read_rules(reader, "OFFBOARDING_NOTIFY_RULES")
    hosts = _hosts(reader, needed=bool(rules))
    targets = {rule.target: _target(reader, rule.target, hosts) for rule in rules}
    mail = any(target.channel is Channel.EMAIL for target in targets)
    sender = reader.required("OFFBOARDING_NOTIFY_EMAIL_FROM") if mail else ""
    if sender and not _MAIL.fullmatch(sender):
        reader.problems.append("OFFBOARDING_NOTIFY_EMAIL_FROM must be one mail address")
    console = reader.base_url("OFFBOARDING_NOTIFY_CONSOLE_URL") or own_address
    named = {rule.name: rule for rule in rules}
    return NoticeSettings(MappingProxyType(named), hosts, MappingProxyType(targets), sender, console)


def _hosts(reader: Reader, *, needed: bool) -> Hosts:
    name = "OFFBOARDING_NOTIFY_HOSTS"
    text = reader.required(name) if needed else reader.optional(name)
    # The one sign of a stack on one machine that no deployment has: the connection string of an emulator.
    try:
        return Hosts.parse(text, local=EMULATOR in reader.optional("ServiceBus"))
    except ValueError as error:
        reader.problems.append(f"{name}: {error}")
        return Hosts()


def _target(reader: Reader, target: Target, hosts: Hosts) -> TargetSettings:
    if target.channel is Channel.EMAIL:
        url = _address(reader, "OFFBOARDING_NOTIFY_EMAIL_ENDPOINT", "", hosts, target)
        return TargetSettings(url.rstrip("/"), recipients=_recipients(reader, target))
    url = _address(reader, f"OFFBOARDING_NOTIFY_{target.channel.name}_URL", target.name, hosts, target)
    if target.channel is Channel.TEAMS:
        return TargetSettings(url)
    name, text = _needed(reader, "OFFBOARDING_NOTIFY_WEBHOOK_KEY", target.name, target)
    try:
        return TargetSettings(url, keys_of(text))
    except ValueError as error:
        if text:
            reader.problems.append(f"{name}: {error}")
        return TargetSettings(url)


def _address(reader: Reader, name: str, ending: str, hosts: Hosts, target: Target) -> str:
    full, text = _needed(reader, name, ending, target)
    if text:
        try:
            hosts.check(text)
        except SettingsError as error:
            reader.problems.append(f"{full}: {error}")
    return text


def _recipients(reader: Reader, target: Target) -> tuple[str, ...]:
    full, text = _needed(reader, "OFFBOARDING_NOTIFY_EMAIL_TO", target.name, target)
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(_MAIL.fullmatch(part) for part in found):
        reader.problems.append(f"{full} must be mail addresses, separated by commas")
    return found


def _needed(reader: Reader, name: str, ending: str, target: Target) -> tuple[str, str]:
    full, text = reader.variant(name, ending)
    if not text:
        reader.problems.append(f"{full} is required: a rule of OFFBOARDING_NOTIFY_RULES names {target}")
    return full, text
