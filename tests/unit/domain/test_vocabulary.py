"""The words that are stored, sent in events and shown by the API: a changed word breaks what is stored."""

from enum import StrEnum

from shared.domain.approval import ApprovalRule
from shared.domain.brake import Ceiling
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import SUSPEND_STAGE, ActionKind, Cause, Remedy
from shared.domain.decisions.undo import Undo
from shared.domain.errors import Verdict
from shared.domain.evidence.kinds import EntryKind
from shared.domain.explained.explanation import WhoActs
from shared.domain.holdings.delegated import Delegation
from shared.domain.holdings.ledger import ActionState
from shared.domain.holdings.model import ENDED, HoldingKind, HoldingStatus
from shared.domain.lessons import Lesson
from shared.domain.notices.burst import How
from shared.domain.notices.rules import Channel
from shared.domain.offboarding.messages import Destination, Who
from shared.domain.offboarding.needs import NeedKind
from shared.domain.offboarding.proofs import ProofName
from shared.domain.offboarding.removal import RemovalState
from shared.domain.offboarding.restored import Provenance
from shared.domain.offboarding.settled import Payment
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import ActionStep, TimelineEvent, of_action, of_fault, of_state
from shared.domain.people.actor import ActorType
from shared.domain.people.rights import Operation, Role
from shared.domain.policy import Commitments, Mode, Renewals, Restriction

CAUSES = """action_due settling in_term renewing waits_for_azure_subscriptions waits_for_add_on pending_at_microsoft
    open_transfer no_term_end never_cancellable left_by_policy unknown_status unknown_kind not_refunded
    other_reseller refused reactivated vanished incomplete_read"""
STEPS = "intended not_started accepted postponed refused already_done unclear"
WORDS: dict[type[StrEnum], str] = {
    HoldingKind: """legacy_licence nce_licence trial azure_plan azure_subscription legacy_azure reservation
        perpetual_software software_subscription marketplace savings_plan pending_order open_transfer unknown""",
    HoldingStatus: "active pending suspended expired disabled deleted inactive cancelled unknown",
    ActionKind: """suspend cancel end_at_term reactivate cancel_azure_subscription suspend_azure_plan cancel_order
        return_reservation stop_renewal renew_monthly reduce_seats restore_status restore_suspension restore_terms
        reactivate_azure_subscription restore_renewal""",
    Cause: CAUSES,
    ReasonCode: f"""not_json not_utf8 not_an_object body_too_large unreadable_body repeated_field missing_field
        unknown_field wrong_type wrong_value request_id_reused batch_id_reused not_found not_resumable not_overridable
        idempotency_key_reused precondition_required precondition_failed
        not_signed_in not_allowed own_request foreign_form authentication_off dead_lettered
        malformed_wake_up wrong_queue record_restored record_unsigned record_differs newer_record
        customer_unknown customer_ambiguous customer_mismatch customer_changed
        customer_nameless own_tenant protected_customer not_a_reseller reseller_required joined
        live_with_other_options dry_run commitments_remain not_before renews_before_start mode_plan went_live
        approval_needed approval_rejected not_approvable brake_held ceiling_reached grace_period
        not_withdrawable not_reschedulable restoring not_restored withdrawn
        {CAUSES} work_left clear not_clear
        customer_unreadable no_progress no_plan removal_refused gone_after_intent gone_without_us gone_before_us
        not_gone no_effect gdap_out_of_reach came_back confirming proof_overdue relationship_unclear removed
        throttled unavailable no_answer no_relationship busy sign_in_required unreadable_answer remote_error
        too_many_faults internal_error concurrency_conflict claim_ending settings_invalid illegal_move
        invalid_image invalid_quantity invalid_id""",
    ApprovalRule: "always irreversible above never",
    Provenance: "signed unsigned differs",
    Ceiling: "removals irreversible_writes",
    Remedy: "pipeline recheck date person",
    ActionState: "intended accepted confirmed postponed refused forgiven",
    Delegation: "ended ending invited standing",
    Verdict: "retry_later already_done cannot_now operator bug",
    Stage: "plan suspend cancel verify remove confirm restore",
    Status: """received planning awaiting_approval scheduled running waiting restoring needs_attention removed
        already_removed planned stopped rejected joined withdrawn""",
    Who: "request pipeline sweeper watcher operator",
    Destination: "stage rejected events requests evidence notifications",
    Channel: "teams email webhook",
    How: "known alone collected no_room",
    EntryKind: """request plan approval rejection intent answer observation verdict override withdrawal brake
        transition proof outcome erasure note""",
    Commitments: "wait_for_term_end stop_and_report",
    Restriction: """strict_nce no_reservation_refunds leave_marketplace leave_gdap ask_about_transfers
        perpetual_software_blocks""",
    Renewals: "let_renew end_with_term monthly",
    Mode: "plan live",
    Lesson: "window_closed not_activated add_ons_first call_not_valid no_refund children_active",
    TimelineEvent: """received identified removed_before inventory planned refund.refused open_intents read_back gate
        removal.intended removal.accepted removal.refused removal.probed gdap.intended gdap.accepted gdap.refused
        proofs proven claim.taken_over window_closing renewal_coming woken reminded looked_again resumed overridden
        approved approval.rejected brake.released word_not_needed withdrawal.asked restored rescheduled
        claim.released record.restored""",
    ActionStep: STEPS,
    ProofName: """customer_list customer_read subscriptions purchasing delegated_admin support_contact
        activity_log""",
    RemovalState: "intended unclear accepted refused without_effect",
    ActorType: "key person queue system",
    Role: "Offboarding.Read Offboarding.Request Offboarding.Approve Offboarding.Operate",
    Operation: """create list show evidence report show_batch describe approve reject withdraw reschedule resume
        override redrive create_batch show_brake hold_brake release_brake doctor""",
    NeedKind: "approval decision window_closes",
    Undo: "put_back stays",
    Payment: "until_date until_done nothing no_end_known not_read",
    WhoActs: "nobody sender operations administrator customer",
}

NAMED_OTHERWISE = {
    "WAITS_FOR_CHILDREN": "waits_for_azure_subscriptions",
    "WAIT": "wait_for_term_end",
    "STOP": "stop_and_report",
    "NO_REFUNDS": "no_reservation_refunds",
}


def test_every_word_is_spelled_as_it_is_stored_and_sent() -> None:
    for vocabulary, words in WORDS.items():
        assert sorted(member.value for member in vocabulary) == sorted(words.split()), vocabulary
        for member in vocabulary:
            word = member.value.removeprefix("Offboarding.").lower() if vocabulary is Role else member.value
            assert word.replace(".", "_") == NAMED_OTHERWISE.get(member.name, member.name.lower())


def test_every_vocabulary_of_the_domain_is_in_the_table() -> None:
    assert {item for item in StrEnum.__subclasses__() if item.__module__.startswith("shared.domain.")} == WORDS.keys()


def test_what_happens_is_named_by_words_that_stay() -> None:
    assert [of_action(ActionKind.CANCEL, step) for step in ActionStep] == [f"cancel.{word}" for word in STEPS.split()]
    assert of_state(Status.WAITING, Stage.VERIFY) == "state.waiting.verify"
    assert of_state(Status.REMOVED, None) == "state.removed"
    assert of_fault(ReasonCode.UNAVAILABLE) == "fault.unavailable"


def test_only_these_states_are_an_end() -> None:
    assert {status.value for status in ENDED} == {"expired", "disabled", "deleted", "inactive", "cancelled"}


def test_only_the_suspension_belongs_to_the_suspend_stage() -> None:
    assert frozenset({ActionKind.SUSPEND}) == SUSPEND_STAGE
