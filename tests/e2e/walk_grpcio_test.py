"""A client generated for Python walks an order from 1 to 8."""

import unittest

import grpc
from orders_e2e import (Client, Database, Error, Orderd, activities_of, comment_service_pb2, create, lifecycle_pb2, main,
                        order_pb2, order_service_pb2, step)


class PythonClient(unittest.TestCase):

    def setUp(self):
        database = self.enter(Database("sqlite"))
        server = self.enter(Orderd("--database", database.url))
        self.staff = self.enter(Client(server.address))
        self.service = self.enter(Client(server.address, "service", "eshop"))
        self.customer = self.enter(Client(server.address, "customer", "cust-1042", "el"))

    def enter(self, context):
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def check(self, name):
        for kind in (order_pb2.CHECK_KIND_DETAILS, order_pb2.CHECK_KIND_AVAILABILITY, order_pb2.CHECK_KIND_PAYMENT):
            self.staff.call(order_service_pb2.RecordCheckRequest(name=name, check=kind,
                                                                 outcome=order_pb2.CHECK_OUTCOME_PASSED))

    def test_a_courier_order_walks_its_whole_life(self):
        placed = self.service.call(create("WEB-1", request_id="place")).order
        name = placed.name
        self.assertEqual(placed.totals.gross.units, 24)
        self.staff.call(step(name, "start_processing"))

        with self.assertRaises(Error) as refused:
            self.staff.call(step(name, "start_gathering"))
        self.assertEqual(refused.exception.code, grpc.StatusCode.FAILED_PRECONDITION)
        self.assertEqual(refused.exception.reason, "GUARDS_NOT_SATISFIED")
        self.assertEqual(refused.exception.guards, ["DETAILS_VERIFIED", "AVAILABILITY_CONFIRMED", "PAYMENT_ARRANGED"])
        self.check(name)
        self.staff.call(step(name, "start_gathering"))
        self.staff.call(order_service_pb2.RecordGatheringRequest(
            name=name, items=[{"line": 1, "quantity": 2, "source": {"kind": 1, "id": "ATH-1"}}]))
        self.staff.call(step(name, "start_preparing"))
        self.staff.call(order_service_pb2.RecordInvoiceRequest(
            name=name, invoice={"number": "Α-1001", "date": {"year": 2026, "month": 11, "day": 2}}))
        handed = self.staff.call(step(name, "hand_to_carrier", parcels=[
            order_pb2.Parcel(carrier="ACS", tracking_number="1234567890")]))
        self.assertEqual(handed.order.status, lifecycle_pb2.ORDER_STATUS_HANDED_TO_CARRIER)

        explained = self.customer.call(order_service_pb2.ExplainTransitionsRequest(name=name))
        self.assertEqual([action.action for action in explained.actions if action.allowed],
                         [lifecycle_pb2.ORDER_ACTION_CONFIRM_RECEIPT])
        received = self.customer.call(step(name, "confirm_receipt")).order
        self.assertEqual(received.status, lifecycle_pb2.ORDER_STATUS_RECEIVED)
        self.assertEqual(received.status_text, "Παραλήφθηκε από τον Πελάτη")
        self.customer.call(comment_service_pb2.CreateCommentRequest(parent=name, comment={"text": "Ευχαριστώ!"}))
        self.assertEqual(activities_of(self.customer, name)[-1].text, "Ευχαριστώ!")
        self.assertEqual(self.customer.call(order_service_pb2.GetOrderRequest(name=name)).number, placed.number)

        with self.assertRaises(Error) as closed:
            self.staff.call(step(name, "cancel", reason="?"))
        self.assertEqual(closed.exception.reason, "ACTION_NOT_OPEN")


if __name__ == "__main__":
    main()
