"""From a checked scenario to the records of a store."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from local.simulator.errors import status_of
from local.simulator.rules.terms import NOT_REFUNDABLE
from local.simulator.scenario.catalogue import PERPETUAL_OFFER, RESERVATION_OFFER
from local.simulator.scenario.ids import made_guid, order_number
from local.simulator.scenario.models import (
    CustomerSpec,
    FederatedSpec,
    GdapSpec,
    OrderSpec,
    PartnerSpec,
    PerpetualSpec,
    PersonSpec,
    RefusalSpec,
    ResellerSpec,
    ReservationSpec,
    Scenario,
    TransferSpec,
)
from local.simulator.scenario.orders import with_shared_orders
from local.simulator.scenario.subscriptions import (
    Place,
    build_entitlements,
    build_order,
    build_subscription,
    order_line,
    subscription_id,
)
from local.simulator.tenant.kinds import GdapStatus, LineKind, OrderStatus
from local.simulator.tenant.records import (
    Customer,
    Federated,
    Gdap,
    Order,
    OrderLine,
    Partner,
    Person,
    Reseller,
    Reservation,
    StandingRefusal,
    Transfer,
)
from local.simulator.tenant.store import Record, Store
from local.simulator.tenant.subscription import Subscription
from local.simulator.times import parse_moment, parse_period

_NEVER_REFUNDED = "SelfServiceRefundNotSupported"
_ENDING = frozenset({GdapStatus.TERMINATION_REQUESTED, GdapStatus.TERMINATING})
_UNDER_WAY = _ENDING | {GdapStatus.APPROVED, GdapStatus.ACTIVATING}
_NOT_APPROVED = frozenset({GdapStatus.CREATED, GdapStatus.APPROVAL_PENDING})


def build_partner(spec: PartnerSpec, people: tuple[PersonSpec, ...] = ()) -> Partner:
    """The partner's own tenant, with those who work there."""
    return Partner(
        tenant_id=spec.tenant_id,
        name=spec.name,
        mpn_id=spec.mpn_id,
        domain=spec.domain,
        user=spec.sign_in.user,
        client_id=spec.sign_in.client_id,
        client_secret=spec.sign_in.client_secret,
        refresh_token=spec.sign_in.refresh_token,
        resellers=_resellers(spec.resellers),
        providers=_resellers(spec.providers),
        vetting_status=spec.vetting_status,
        certificate=spec.sign_in.certificate,
        federated=_federated(spec.sign_in.federated),
        people=tuple(_person(one, spec.domain) for one in people),
    )


def _person(spec: PersonSpec, domain: str) -> Person:
    return Person(spec.name, spec.id or made_guid(f"person/{spec.name}"), f"{spec.account}@{domain}", spec.roles)


def _federated(spec: FederatedSpec | None) -> Federated | None:
    return Federated(spec.issuer, spec.subject, spec.certificate) if spec else None


def fill_store(store: Store, scenario: Scenario, now: datetime) -> None:
    """Put all records of the scenario. ValueError names what does not fit together."""
    for ordinal, spec in enumerate(scenario.customers, start=1):
        for record in customer_records(spec, ordinal, now):
            if store.table(type(record)).get(record.id) is not None:
                raise ValueError(f"customer {spec.name!r}: the id {record.id} is used twice")
            store.put(record)


def customer_records(
    spec: CustomerSpec, ordinal: int, now: datetime, seed: str | None = None, store: Store | None = None
) -> Iterator[Record]:
    """The customer and everything that it holds; made-up ids come from *seed* (default: the customer's id).

    *store*: what is added to; an order that is there already gets more lines.
    """
    customer_id = spec.id or made_guid(f"customer/{spec.name}")
    seed = seed or customer_id
    yield Customer(
        id=customer_id,
        ordinal=ordinal,
        name=spec.name,
        domain=spec.domain or f"{''.join(filter(str.isalnum, spec.name)).lower()}.onmicrosoft.com",
        commerce_id=made_guid(f"{customer_id}/commerce"),
        relationship=spec.relationship,
        shown_relationship=spec.relationship,
        delegated_access=spec.allow_delegated_access,
        country=spec.country.upper(),
        partner_id=spec.partner_id,
        arm_role=spec.arm_role,
        resellers=_resellers(spec.resellers),
        consent=spec.consent,
        unreadable=spec.unreadable,
        unreadable_until=parse_moment(spec.unreadable_until, now) if spec.unreadable_until else None,
    )
    yield from with_shared_orders(_holdings(spec, customer_id, now, seed), store)


def _holdings(spec: CustomerSpec, customer_id: str, now: datetime, seed: str) -> Iterator[Record]:
    places = [Place(customer_id, f"{seed}/s{index}", now) for index in range(len(spec.subscriptions))]
    names = _names(spec, places)
    yield from _subscriptions(spec, places, names)
    for index, reservation in enumerate(spec.reservations):
        yield from build_reservation(reservation, Place(customer_id, f"{seed}/r{index}", now))
    for index, perpetual in enumerate(spec.perpetual_software):
        yield build_perpetual(perpetual, Place(customer_id, f"{seed}/p{index}", now))
    for index, order in enumerate(spec.orders):
        yield build_loose_order(order, Place(customer_id, f"{seed}/o{index}", now))
    for index, gdap in enumerate(spec.gdap):
        yield build_gdap(gdap, Place(customer_id, f"{seed}/g{index}", now))
    for index, transfer in enumerate(spec.transfers):
        yield build_transfer(transfer, Place(customer_id, f"{seed}/t{index}", now), names)
    for index, refusal in enumerate(spec.refusals):
        yield build_refusal(refusal, Place(customer_id, f"{seed}/x{index}", now), names)


def _names(spec: CustomerSpec, places: list[Place]) -> dict[str, str]:
    """Ids by id and by name, for *parent* and transfers."""
    names: dict[str, str] = {}
    for one, place in zip(spec.subscriptions, places, strict=True):
        id_ = subscription_id(one, place)
        names[id_] = id_
        if one.name:
            names[one.name] = id_
    return names


def _subscriptions(spec: CustomerSpec, places: list[Place], names: dict[str, str]) -> Iterator[Record]:
    by_order: dict[str, list[Subscription]] = {}
    for one, place in zip(spec.subscriptions, places, strict=True):
        if one.parent is not None and one.parent not in names:
            raise ValueError(f"customer {spec.name!r}: parent {one.parent!r} is no subscription of it")
        if not one.partner_id and spec.resellers:  # sold through the indirect reseller
            one = one.model_copy(update={"partner_id": spec.resellers[0].mpn_id})
        built = build_subscription(one, place, names[one.parent] if one.parent else None)
        yield built
        yield from build_entitlements(one, built)
        by_order.setdefault(built.order_id, []).append(built)
    for bought in by_order.values():
        lines = tuple(order_line(one, number) for number, one in enumerate(bought))
        yield build_order(bought[0], lines)


def build_reservation(spec: ReservationSpec, place: Place) -> Iterator[Record]:
    """The reservation and, if bought through Partner Center, its order."""
    purchased = parse_moment(spec.purchased, place.now)
    expires = parse_moment(spec.expires, place.now) if spec.expires else None
    product, sku, _ = RESERVATION_OFFER.split(":")
    seed = spec.reservation_order_id or place.seed
    order_id = (spec.order_id or order_number(f"{seed}/order")) if spec.via_partner_center else None
    reservation = Reservation(
        id=spec.id or made_guid(f"{place.seed}/reservation"),
        customer_id=place.customer_id,
        reservation_order_id=spec.reservation_order_id or made_guid(f"{place.seed}/reservationOrder"),
        name=spec.name,
        purchased_at=purchased,
        expires_at=expires or parse_period(spec.term).after(purchased),
        order_id=order_id,
        product_id=product,
        sku_id=sku,
        quantity=spec.quantity,
        original_quantity=spec.quantity,
        term=spec.term,
        renew=spec.renew,
        state=spec.state,
        refund_usd=spec.refund_usd,
        settles_at=parse_moment(spec.settles, place.now) if spec.settles else None,
        refund_error=spec.refund_error or (_NEVER_REFUNDED if spec.resource_type in NOT_REFUNDABLE else None),
        resource_type=spec.resource_type,
    )
    yield reservation
    if order_id is not None:
        line = OrderLine(
            0,
            LineKind.RESERVATION,
            RESERVATION_OFFER,
            spec.name,
            spec.quantity,
            reservation_order_id=reservation.reservation_order_id,
        )
        yield _order(place, order_id, purchased, (line,))


def build_perpetual(spec: PerpetualSpec, place: Place) -> Order:
    """An order of perpetual software."""
    line = OrderLine(0, LineKind.PERPETUAL, PERPETUAL_OFFER, spec.name, spec.quantity, cancelled=spec.cancelled)
    order_id = spec.order_id or order_number(f"{place.seed}/order")
    status = OrderStatus.CANCELLED if spec.cancelled else OrderStatus.COMPLETED
    return _order(place, order_id, parse_moment(spec.bought, place.now), (line,), status)


def build_loose_order(spec: OrderSpec, place: Place) -> Order:
    """An order without a holding."""
    lines = tuple(
        OrderLine(number, line.kind, line.offer_id, line.name, line.quantity) for number, line in enumerate(spec.lines)
    )
    return Order(
        id=spec.id or order_number(f"{place.seed}/order"),
        customer_id=place.customer_id,
        alternate_id=made_guid(place.seed)[-12:],
        created_at=parse_moment(spec.created, place.now),
        lines=lines,
        billing_cycle=spec.billing,
        status=spec.status,
        settles_at=parse_moment(spec.settles, place.now) if spec.settles else None,
    )


def build_gdap(spec: GdapSpec, place: Place) -> Gdap:
    """A delegated admin relationship; its id is two GUIDs."""
    created = parse_moment(spec.created, place.now)
    approved = spec.status not in _NOT_APPROVED
    first, second = made_guid(f"{place.seed}/gdap"), made_guid(f"{place.seed}/partner")
    return Gdap(
        id=(spec.id or f"{first}-{second}").lower(),
        customer_id=place.customer_id,
        display_name=spec.name,
        status=spec.status,
        created_at=created,
        modified_at=place.now if spec.status in _UNDER_WAY else created,
        duration=spec.duration,
        auto_extend=spec.auto_extend,
        requested_at=place.now if spec.status in _ENDING else None,
        activated_at=created + timedelta(minutes=2) if approved else None,
        ends_at=parse_period(spec.duration).after(created) if approved else None,
        roles=spec.roles,
        reseller_type=spec.reseller_type,
    )


def build_transfer(spec: TransferSpec, place: Place, names: dict[str, str]) -> Transfer:
    """A transfer to another partner."""
    unknown = [name for name in spec.subscriptions if name not in names]
    if unknown:
        raise ValueError(f"transfer of {unknown[0]!r}: it is no subscription of the customer")
    created = parse_moment(spec.created, place.now)
    return Transfer(
        id=spec.id or made_guid(f"{place.seed}/transfer"),
        customer_id=place.customer_id,
        status=spec.status,
        created_at=created,
        modified_at=created,
        subscription_ids=tuple(names[name] for name in spec.subscriptions),
        target_tenant_id=spec.target_tenant_id,
        target_name=spec.target_name,
    )


def build_refusal(spec: RefusalSpec, place: Place, names: dict[str, str]) -> StandingRefusal:
    """A refusal that lasts; a code that is not in the catalogue is answered with 400."""
    named = spec.holding
    return StandingRefusal(
        id=spec.id or made_guid(f"{place.seed}/refusal"),
        customer_id=place.customer_id,
        write=spec.write,
        holding_id=names.get(named, named).lower() if named else None,
        code=spec.code,
        status=spec.status or status_of(spec.code),
        text=spec.text,
        begins_at=parse_moment(spec.begins, place.now),
        ends_at=parse_moment(spec.until, place.now) if spec.until else None,
        retry_after=spec.retry_after,
    )


def _order(
    place: Place,
    order_id: str,
    created: datetime,
    lines: tuple[OrderLine, ...],
    status: OrderStatus = OrderStatus.COMPLETED,
) -> Order:
    return Order(
        id=order_id,
        customer_id=place.customer_id,
        alternate_id=made_guid(order_id)[-12:],
        created_at=created,
        lines=lines,
        billing_cycle="one_time",
        status=status,
    )


def _resellers(specs: tuple[ResellerSpec, ...]) -> tuple[Reseller, ...]:
    return tuple(Reseller(one.id, one.name, one.mpn_id) for one in specs)
