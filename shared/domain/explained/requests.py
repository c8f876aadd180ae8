"""Reasons of requests that cannot work, whatever the customer."""

from __future__ import annotations

from shared.domain.codes import ReasonCode as R
from shared.domain.explained.explanation import Group, administrator, nobody, operations, sender

PROGRAM = "Correct the program that writes the request, and send the corrected one with a new request id."
VALUE = "Correct the field, and send the corrected request with a new request id."

REQUESTS = Group(
    "The request",
    "Why a request or another message was refused, whatever the customer. Over HTTP the code comes in the answer; from "
    "the queue it comes in the event `offboarding.rejected.v1` and on the copy on queue `offboarding-rejected`. What "
    "makes no request, such as a filter or a decision over HTTP, has no request id: it is corrected and sent again.",
    {
        R.NOT_JSON: sender("The body is not valid JSON; `field` is the byte at which reading stopped.", PROGRAM),
        R.NOT_UTF8: sender("The body is not UTF-8; `field` is the first byte that is not.", PROGRAM),
        R.NOT_AN_OBJECT: sender("The body is JSON, but not a JSON object.", PROGRAM),
        R.BODY_TOO_LARGE: sender(
            "The body is larger than 64 KiB (a batch: than 1 MiB).",
            "Send the request and nothing else, with a new request id.",
        ),
        R.UNREADABLE_BODY: sender(
            "The message holds an AMQP value or sequence instead of data.",
            "Send the body as data: with JMS as a BytesMessage, otherwise as bytes.",
        ),
        R.REPEATED_FIELD: sender("The body gives a field more than once.", PROGRAM),
        R.MISSING_FIELD: sender("A required field is missing.", VALUE),
        R.UNKNOWN_FIELD: sender("The request, or the query of a list, has a field that does not exist.", VALUE),
        R.WRONG_TYPE: sender("A field has the wrong JSON type.", VALUE),
        R.WRONG_VALUE: sender("A field, or a filter of a list, has a value that breaks its rule.", VALUE),
        R.REQUEST_ID_REUSED: sender(
            "The request id was used before with other content. Nothing was changed.",
            "If the change is meant, send it with a new request id.",
        ),
        R.BATCH_ID_REUSED: sender(
            "The batch id was used before with other requests (HTTP only). Nothing was taken in.",
            "If the change is meant, send it with a new `batchId`.",
        ),
        R.NOT_FOUND: sender("No offboarding, and no batch, has this id (HTTP only).", "Check the id."),
        R.NOT_RESUMABLE: sender(
            "Only an offboarding in `needs_attention` can be resumed (also while it is looked at again), and with "
            "`reasonCode` only one that asks for this reason (HTTP only). Nothing was changed.",
            "Look at its status and reason again. While it works it needs no resume; if it asks once more, resume it "
            "then.",
        ),
        R.NOT_OVERRIDABLE: sender(
            "Nobody can say of this blocker that it has ended (HTTP only): only of what is not understood or has "
            "vanished, never of what Microsoft calls active, and not once the offboarding has ended.",
            "Look at what blocks it again; end the holding in Partner Center if it runs.",
        ),
        R.NOT_SIGNED_IN: sender(
            "It is not known who calls: nobody is signed in and no valid function key was sent, or the identity cannot "
            "be read (HTTP only). Nothing was done.",
            "Sign in, or send the function key.",
        ),
        R.NOT_ALLOWED: sender(
            "Whoever calls lacks the role that this needs; the text names it (HTTP only). Nothing was done.",
            "Have somebody with the role do it, or have an administrator give it.",
        ),
        R.OWN_REQUEST: sender(
            "Whoever made the request may not decide this about it, whatever the roles (HTTP only). Nothing was done.",
            "Have another person with the role do it.",
        ),
        R.FOREIGN_FORM: sender(
            "A form of the console was sent by another site, or is from an earlier sign-in. Nothing was done.",
            "Load the page again and send the form once more.",
        ),
        R.AUTHENTICATION_OFF: administrator(
            "Only a person may do this, and the deployment does not know persons: App Service Authentication is off "
            "(HTTP only). Nothing was done.",
            "Switch it on (infra/README.md, people and roles), and give the role to the people in charge.",
        ),
        R.IDEMPOTENCY_KEY_REUSED: sender(
            "The header Idempotency-Key was used before, for another operation or with another body (HTTP only). "
            "Nothing was changed.",
            "Send the same body as the first time, or another key.",
        ),
        R.PRECONDITION_REQUIRED: sender(
            "What changes something was sent without the header If-Match (HTTP only). Nothing was changed.",
            "Read what it is about, and send its ETag as If-Match.",
        ),
        R.PRECONDITION_FAILED: sender(
            "It is another by now than what the caller saw (HTTP only). Nothing was changed.",
            "Read it again, look at what has changed, and decide anew.",
        ),
        R.DEAD_LETTERED: operations(
            "Service Bus gave up on a message after ten deliveries.",
            "Find the exception in the log and remove its cause. Then resume the offboarding, or have all that was "
            "given up redriven; if it was a request that was rejected, have it sent again.",
        ),
        R.MALFORMED_WAKE_UP: nobody(
            "A message on a stage queue cannot be read. It is dropped and logged; the offboarding goes on."
        ),
        R.WRONG_QUEUE: nobody(
            "A stage message lies on the queue of another stage. It is dropped and logged; the offboarding goes on."
        ),
    },
)
