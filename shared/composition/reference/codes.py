"""The sections about offboardings: statuses, reasons, the timeline, events, problems."""

from __future__ import annotations

from collections.abc import Iterable

from shared.composition.reference.markdown import code, table
from shared.contracts.event_meanings import WHEN_SENT
from shared.contracts.events import OUTCOMES
from shared.contracts.problems import REPEAT
from shared.contracts.problems import STATUSES as HTTP_STATUSES
from shared.domain.explained.explanation import WHO, Explanation
from shared.domain.explained.happenings import ACTIONS, EVENTS, STEPS
from shared.domain.explained.payments import PAYMENTS
from shared.domain.explained.reasons import GROUPS, REASONS
from shared.domain.explained.record import ACTION_STATES, ACTORS, KINDS, PROOFS
from shared.domain.explained.statuses import STAGES, STATUSES

EXPLAINED = ("meaning", "who acts", "what to do")
FAMILIES = (
    ("`ACTION.STEP`", "`cancel.accepted`", "A write to a holding, and how far it got."),
    ("`state.STATUS.STAGE`", "`state.waiting.verify`", "The offboarding entered a status, in a stage."),
    ("`state.STATUS`", "`state.removed`", "The same without a stage: it ended, or a message was dead-lettered."),
    ("`fault.CODE`", "`fault.unavailable`", "An attempt failed; the code is one of the [reasons](#reasons)."),
)


def statuses() -> str:
    """Statuses and stages."""
    return "\n\n".join(
        (
            "Field `status` of an offboarding. No offboarding is in a status marked “Not yet”.",
            table(("status", *EXPLAINED), ((code(status), *_explained(item)) for status, item in STATUSES.items())),
            "Field `stage` says what an offboarding works on that has not ended.",
            table(("stage", "what it does"), ((code(stage), text) for stage, text in STAGES.items())),
        )
    )


def payments() -> str:
    """What is paid on."""
    return "\n\n".join(
        (
            "Field `payment` of an offboarding, of each in a list, and of an event: what is paid on, and why "
            "`paidUntil` is absent where it is. `paidUntil` comes with `until_date`, and with nothing else; that of "
            "`plan` and of `blockers[]` is what a plan or a look had found, and no promise once it ended.",
            _sentences("payment", PAYMENTS.items()),
        )
    )


def reasons() -> str:
    """All reasons, in groups."""
    parts = [
        "Field `reason.code` of an offboarding, an event or a refused request; `reason.text` says the same of this "
        "case, `reason.operatorAction` what to do.",
        table(("who acts", "who that is"), WHO.items()),
    ]
    for group in GROUPS:
        rows = ((code(reason), *_explained(item)) for reason, item in group.reasons.items())
        parts += [f"### {group.title}\n{group.about}", table(("code", *EXPLAINED), rows)]
    return "\n\n".join(parts)


def timeline() -> str:
    """What an entry of the timeline may be."""
    return "\n\n".join(
        (
            "Field `what` of an entry of the timeline is one of these, or of the families below.",
            _sentences("event", EVENTS.items()),
            table(("family", "example", "meaning"), FAMILIES),
            _sentences("action", ACTIONS.items()),
            _sentences("step", STEPS.items()),
            "Field `who` says who caused the entry.",
            _sentences("who", ACTORS.items()),
        )
    )


def holdings() -> str:
    """Kinds of holdings, and the states of what was done to one."""
    return "\n\n".join(
        (
            "Field `holdings[].kind` of an offboarding, with what the pipeline does about it.",
            _sentences("kind", KINDS.items()),
            "Field `holdings[].actions[].state`; `action` is one of the actions of the [timeline](#timeline).",
            _sentences("state", ACTION_STATES.items()),
        )
    )


def proofs() -> str:
    """What shows that the relationship is gone."""
    return "\n\n".join(
        (
            "Field `proofs[].name` of an offboarding and of `offboarding.removed.v1`.",
            _sentences("proof", PROOFS.items()),
        )
    )


def event_types() -> str:
    """The types of events on the topic."""
    rows = ((code(kind), "yes" if kind in OUTCOMES else "no", text) for kind, text in WHEN_SENT.items())
    return "\n\n".join(
        (
            "Events on topic `offboarding-events`. Each request ends in exactly one event of a type that ends it, "
            "delivered at least once, always with the same id.",
            table(("type", "ends the request", "when it is sent"), rows),
        )
    )


def problems() -> str:
    """What the HTTP interface answers instead of a result."""
    rows = (
        (str(int(status)), code(reason), REASONS[reason].meaning, REPEAT.get(status) or REASONS[reason].what_to_do)
        for reason, status in sorted(HTTP_STATUSES.items(), key=lambda item: item[1])
    )
    return "\n\n".join(
        (
            "`application/problem+json` (RFC 9457) with `code`, `detail`, `operatorAction`, and where it applies "
            "`field`, `errors[]` (`field`, `rule`), `offboardingId` and `liveOffboardingId`. Of several mistakes, the "
            "first stands in `field` and `detail`, the others in `errors[]`.",
            table(("status", "code", "meaning", "what to do"), rows),
            "Any other code comes with 503 if the fault passes by itself, else with 500. Without a body: 401, the "
            "function key is missing or wrong; 404, no such path or method; 429, 502 and 504, the platform is busy or "
            "restarting: send the same again after `Retry-After`.",
        )
    )


def _explained(item: Explanation) -> tuple[str, str, str]:
    return item.meaning, item.who, item.what_to_do


def _sentences(head: str, rows: Iterable[tuple[str, str]]) -> str:
    return table((head, "meaning"), ((code(name), text) for name, text in rows))
