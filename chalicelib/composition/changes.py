"""Wires the changes, when the first caller changes something: nothing here is loaded for a booking."""

from chalicelib.adapters.adultwork.changing import AdultWorkChanges
from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.aws.dynamodb.changes import DynamoDBChangeStore
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.breaker import BreakingGateway
from chalicelib.application.booking.place_booking import PlaceBooking
from chalicelib.application.changing.claiming import ChangeClaiming
from chalicelib.application.changing.concluding import ChangeConcluding
from chalicelib.application.changing.earlier import EarlierChanges
from chalicelib.application.changing.make_change import MakeChange
from chalicelib.application.changing.ports import ChangeGateway, ChangeStore
from chalicelib.application.changing.reconcile import ChangeReconciler
from chalicelib.application.operations.get_operation import GetOperation
from chalicelib.application.operations.housekeeping import Housekeeping
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.edge.changing.change_answers import HttpChangeAnswers
from chalicelib.edge.changing.use_cases import Changes
from chalicelib.edge.links import Links


def build_changes(
    booking: PlaceBooking,
    store: DynamoDBOperationStore,
    upstream: AdultWorkClient,
    gateway: BreakingGateway,
    links: Links,
) -> Changes:
    """Wire the changes over the adapters that bookings use; what is sent and read opens and obeys the same breaker."""
    send = gateway.breaker.guard_send
    return changes_beside(
        booking,
        DynamoDBChangeStore.beside(store),
        AdultWorkChanges(upstream, send, gateway),
        AdultWorkChanges(upstream, send, gateway.gateway),
        links,
    )


def changes_beside(
    booking: PlaceBooking, store: ChangeStore, gateway: ChangeGateway, quiet: ChangeGateway, links: Links
) -> Changes:
    """Wire the use cases beside those of bookings; what fails of `quiet` opens no breaker before a booking."""
    policy: ReconciliationPolicy = booking.concluding.reconciler.policy
    form, clock, budget = HttpChangeAnswers(links), booking.clock, booking.budget
    introspector, register = booking.reads.introspector, booking.naming.register
    reconciler = ChangeReconciler(gateway, store, form, clock, policy)
    quietly = ChangeReconciler(quiet, store, form, clock, policy)
    housekeeping = Housekeeping(store, register, quietly, clock, booking.concurrency, policy, budget)
    earlier = EarlierChanges(store, reconciler, clock, booking.keys)
    return Changes(
        make=MakeChange(
            introspector=introspector,
            register=register,
            gateway=gateway,
            claiming=ChangeClaiming(store, booking.naming.people, earlier, budget),
            concluding=ChangeConcluding(store, reconciler, form, budget),
            housekeeping=housekeeping,
            refusals=booking.refusals,
            vault=booking.vault,
            concurrency=booking.concurrency,
            clock=clock,
            ids=booking.ids,
            keys=booking.keys,
            budget=budget,
            longest_text=booking.policy.maximum_comments_length,
            guard_holds=policy.expiry,
            is_sending=booking.is_sending,
        ),
        get=GetOperation(introspector, store, booking.vault, register, reconciler, booking.concurrency, clock, budget),
        housekeeping=housekeeping,
    )
