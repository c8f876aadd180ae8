"""The Channels port: a parcel in the form of its channel, over the one way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from azure.core.exceptions import AzureError

from shared.adapters.notices.mail import PATH, mail_body
from shared.adapters.notices.post import Post
from shared.adapters.notices.signature import signed
from shared.adapters.notices.teams import teams_body
from shared.domain.notices.notice import Parcel
from shared.domain.notices.rules import Channel, Target
from shared.ports.notices import NotSent

JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where one target is: the address and the keys are secrets."""

    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HttpChannels:
    """`token` gives a bearer token of the app's identity towards mail, "" for none; `now` is machine time, which
    receivers compare signatures with."""

    places: Mapping[Target, Place]
    post: Post
    sender: str
    token: Callable[[], str]
    now: Callable[[], datetime]

    def send(self, target: Target, parcel: Parcel) -> NotSent | None:
        """See Channels."""
        place = self.places[target]
        if target.channel is Channel.TEAMS:
            return self.post.send(place.url, teams_body(parcel.notice), JSON)
        if target.channel is Channel.EMAIL:
            return self._mail(place, parcel, str(target))
        return self._hook(place, parcel)

    def _hook(self, place: Place, parcel: Parcel) -> NotSent | None:
        body, at = parcel.event.encode(), int(self.now().timestamp())
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": parcel.id,
            "webhook-timestamp": str(at),
            "webhook-signature": signed(parcel.id, at, body, place.keys),
        }
        return self.post.send(place.url, body, headers)

    def _mail(self, place: Place, parcel: Parcel, target: str) -> NotSent | None:
        # One operation for each notice and target, so that a repetition is known as one.
        operation = str(uuid5(NAMESPACE_URL, f"offboarding-mail/{target}/{parcel.id}"))
        headers = {**JSON, "Operation-Id": operation, "x-ms-client-request-id": operation}
        # A token is for TLS alone; on one machine nobody asks for it.
        if place.url.startswith("https://"):
            try:
                headers["Authorization"] = f"Bearer {self.token()}"
            except AzureError as error:
                return NotSent(f"the app's identity got no token for mail ({type(error).__name__})")
        body = mail_body(parcel.notice, self.sender, place.recipients)
        return self.post.send(f"{place.url}{PATH}", body, headers)
