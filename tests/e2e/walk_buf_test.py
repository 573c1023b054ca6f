"""`buf curl` walks an order from 1 to 8, knowing nothing but the address: by reflection. As grpcurl would."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

from orders_e2e import PATIENCE, SKIPPED, Database, Orderd, courier_order, main
from google.protobuf import json_format

BUF = os.environ.get("IPSTORE_BUF") or os.environ.get("IPSTORE_BUF_OF_BUILD", "")
if not os.access(BUF, os.X_OK):
    print("SKIPPED: there is no buf; `./dev install` installs it, and IPSTORE_BUF names it")
    sys.exit(SKIPPED)


class BufCurl(unittest.TestCase):

    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        self.database = Database("sqlite").__enter__()
        self.addCleanup(self.database.__exit__)
        self.server = Orderd("--database", self.database.url).__enter__()
        self.addCleanup(self.server.__exit__)

    def buf(self, *arguments):
        return subprocess.run([BUF, "curl", "--http2-prior-knowledge", *arguments], capture_output=True, text=True,
                              timeout=PATIENCE, env={**os.environ, "XDG_CACHE_HOME": self.home.name}, cwd=self.home.name)

    def try_to_call(self, method, request, role="staff"):
        return self.buf("--protocol", "grpc", "-H", f"x-actor-role: {role}", "-H", "x-actor-id: cust-1042",
                        "-H", "accept-language: en", "-d", json.dumps(request),
                        f"http://{self.server.address}/{method}")

    def call(self, method, request, role="staff"):
        done = self.try_to_call(f"ipstore.orders.v1.{method}", request, role)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_reflection_lists_all_services(self):
        listed = self.buf("--protocol", "grpc", "--list-services", f"http://{self.server.address}")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        for service in ("ipstore.orders.v1.OrderService", "ipstore.orders.v1.ActivityService",
                        "ipstore.orders.v1.RedactionService",
                        "ipstore.orders.v1.CommentService", "grpc.health.v1.Health"):
            self.assertIn(service, listed.stdout.split())

    def test_the_server_is_healthy(self):
        done = self.try_to_call("grpc.health.v1.Health/Check", {})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), {"status": "SERVING"})

    def test_a_courier_order_walks_its_whole_life(self):
        order = json_format.MessageToDict(courier_order("WEB-1"))
        name = self.call("OrderService/CreateOrder", {"order": order}, "service")["order"]["name"]

        def step(action, role="staff", **given):
            return self.call("OrderService/TransitionOrder", {"name": name, action: given}, role)["order"]["status"]

        self.assertEqual(step("startProcessing"), "ORDER_STATUS_PROCESSING")
        refused = self.try_to_call("ipstore.orders.v1.OrderService/TransitionOrder", {"name": name, "startGathering": {}})
        self.assertNotEqual(refused.returncode, 0)
        error = json.loads(refused.stderr)
        self.assertEqual(error["code"], "failed_precondition")
        self.assertIn("3 conditions", error["message"])
        for check in ("DETAILS", "AVAILABILITY", "PAYMENT"):
            self.call("OrderService/RecordCheck",
                      {"name": name, "check": f"CHECK_KIND_{check}", "outcome": "CHECK_OUTCOME_PASSED"})
        self.assertEqual(step("startGathering"), "ORDER_STATUS_GATHERING_PRODUCTS")
        self.call("OrderService/RecordGathering", {"name": name, "items": [
            {"line": 1, "quantity": 2, "source": {"kind": "SOURCE_KIND_WAREHOUSE", "id": "ATH-1"}}]})
        self.assertEqual(step("startPreparing"), "ORDER_STATUS_PREPARING_SHIPMENT")
        self.call("OrderService/RecordInvoice",
                  {"name": name, "invoice": {"number": "Α-1001", "date": {"year": 2026, "month": 11, "day": 2}}})
        self.assertEqual(step("handToCarrier", parcels=[{"carrier": "ACS", "trackingNumber": "1234567890"}]),
                         "ORDER_STATUS_HANDED_TO_CARRIER")
        self.assertEqual(step("confirmReceipt", "customer"), "ORDER_STATUS_RECEIVED")
        log = self.call("ActivityService/ListActivities", {"parent": name}, "customer")["activities"]
        self.assertEqual(len(log), 11)


if __name__ == "__main__":
    main()
