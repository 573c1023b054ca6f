"""1,500 real orders of another shop, with everything that is odd about them: they are loaded, or refused with the reason,
and what was loaded is the fold of its log, is found, and comes out of an export as it went in.

The orders are not part of this tree. They are taken from the file that IPSTORE_REAL_ORDERS names, or else from
shared/data/real-orders.jsonl beside the checkout.

Usage: real_orders_test.py sqlite|mariadb|mysql
"""

import collections
import decimal
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from orders_e2e import (PATIENCE, SKIPPED, Client, Database, Error, Orderd, kind_from, main, order_pb2,
                        order_service_pb2, request_service_pb2, run_orderd, step)

KIND = kind_from(sys.argv)
ORDERCTL = os.environ["IPSTORE_ORDERCTL"]
BESIDE = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "real-orders.jsonl"
REAL_ORDERS = pathlib.Path(os.environ.get("IPSTORE_REAL_ORDERS") or BESIDE)

STATUS_OF = {
    "created": "AWAITING_PROCESSING", "approved": "AWAITING_PROCESSING", "processing": "PROCESSING",
    "invoiced": "PREPARING_SHIPMENT", "shipped": "HANDED_TO_CARRIER", "delivered": "RECEIVED",
    "canceled": "CANCELLED", "unavailable": "CANCELLED",
}

# What must be refused, whatever the file holds: a line, and the reason.
PLANTED = [
    ("this is no JSON", "NOT_JSON"),
    ("[1, 2]", "NOT_JSON"),
    ('{"order_status": "created", "order_purchase_timestamp": "2018-01-01 10:00:00"}', "NO_ID"),
    ('{"order_id": "planted-1", "order_status": "created"}', "NO_PURCHASE_TIME"),
    ('{"order_id": "planted-2", "order_status": "lost", "order_purchase_timestamp": "2018-01-01 10:00:00"}',
     "UNKNOWN_STATUS"),
    ('{"order_id": "planted-3", "order_status": "delivered", "order_purchase_timestamp": "2018-01-02 10:00:00", '
     '"order_delivered_customer_date": "2018-01-01 10:00:00", "items": []}', "INVALID_REQUEST"),
]


def expected_refusal(line):
    """Why a line of the file must be refused, by the rules of the dataset; None when it must be loaded."""
    try:
        order = json.loads(line)
    except ValueError:
        return "NOT_JSON"
    if not isinstance(order, dict):
        return "NOT_JSON"
    if not order.get("order_id"):
        return "NO_ID"
    placed, delivered = order.get("order_purchase_timestamp"), order.get("order_delivered_customer_date")
    if not placed:
        return "NO_PURCHASE_TIME"
    if order.get("order_status") not in STATUS_OF:
        return "UNKNOWN_STATUS"
    if delivered and delivered < placed:
        return "INVALID_REQUEST"
    return None


def gross_of(order):
    """What the items of a line of the file come to, in cents."""
    return sum(int(decimal.Decimal(item[key]) * 100) for item in order["items"] or ()
               for key in ("price_brl", "freight_brl"))


class RealOrders(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def orderctl(self, server, *arguments, code=0):
        ended = subprocess.run([ORDERCTL, "--server", server.address, "--as", "service:takeover", "--lang", "en",
                                "--timeout", "60s", *arguments], capture_output=True, text=True, timeout=2 * PATIENCE)
        self.assertEqual(ended.returncode, code, ended.stdout + ended.stderr)
        return ended.stdout

    def import_olist(self, server, file, code):
        return json.loads(self.orderctl(server, "--json", "import", "--format", "olist", str(file), code=code))

    def verify(self, database, subjects):
        ended = run_orderd("verify", "--database", database.url)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.assertIn(f"subjects {subjects},", ended.stdout)
        self.assertIn("differing 0", ended.stdout)

    def test_they_are_loaded_found_verified_and_exported_as_they_came(self):
        lines = REAL_ORDERS.read_text(encoding="utf-8").splitlines() + [line for line, _ in PLANTED]
        mixed = self.folder / "mixed.jsonl"
        mixed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        expected = {number: why for number, line in enumerate(lines, 1) if (why := expected_refusal(line))}
        self.assertEqual([expected[len(lines) - len(PLANTED) + i] for i in range(1, len(PLANTED) + 1)],
                         [why for _, why in PLANTED])
        orders = [json.loads(line) for number, line in enumerate(lines, 1) if number not in expected]
        exported, again = self.folder / "exported.jsonl", self.folder / "again.jsonl"

        with Database(KIND) as database:
            with Orderd("--database", database.url) as server, Client(server.address) as client:
                begun = time.monotonic()
                report = self.import_olist(server, mixed, code=3)
                seconds = time.monotonic() - begun
                print(f"{KIND}: read {report['read']}, loaded {report['loaded']}, refused {report['refused']} "
                      f"in {seconds:.2f} s")
                self.assertEqual(report["read"], len(lines))
                self.assertEqual({entry["line"]: entry["reason"] for entry in report["refusals"]}, expected)
                self.assertEqual(report["loaded"], len(orders))
                self.assertEqual(report["alreadyThere"], 0)
                repeated = self.import_olist(server, mixed, code=3)
                self.assertEqual((repeated["loaded"], repeated["alreadyThere"]), (0, len(orders)))

                self.check_lists(client, orders)
                self.check_life_goes_on(client)
                self.orderctl(server, "export", "--output", str(exported))
                server.terminate()
                self.assertEqual(server.wait(), 0)
            self.verify(database, len(orders))

        with Database(KIND) as database:
            with Orderd("--database", database.url) as server:
                report = json.loads(self.orderctl(server, "--json", "import", str(exported)))
                self.assertEqual(report["loaded"], len(orders))
                self.orderctl(server, "export", "--output", str(again))
                server.terminate()
                self.assertEqual(server.wait(), 0)
            self.verify(database, len(orders))
        self.assertTrue(exported.read_bytes() == again.read_bytes(), "an export of an import is not the same")

    def check_lists(self, client, orders):
        listed = []
        request = order_service_pb2.ListOrdersRequest(include_closed=True, page_size=200)
        while True:
            page = client.call(request)
            listed += page.orders
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        found = {order.external_reference: order for order in listed}
        self.assertEqual(len(listed), len(orders))
        self.assertEqual(collections.Counter(order_pb2.Order.DESCRIPTOR.fields_by_name["status"].enum_type
                                             .values_by_number[order.status].name for order in listed),
                         collections.Counter("ORDER_STATUS_" + STATUS_OF[order["order_status"]] for order in orders))
        times = [order.last_activity_time.ToNanoseconds() for order in listed]
        self.assertEqual(times, sorted(times, reverse=True))
        for order in orders:
            gross = found[order["order_id"]].totals.gross
            self.assertEqual(gross.units * 100 + gross.nanos // 10_000_000, gross_of(order), order["order_id"])
        some = orders[len(orders) // 2]["order_id"]
        search = client.call(request_service_pb2.SearchRequestsRequest(query=some))
        self.assertEqual([entry.order.external_reference for entry in search.requests], [some])

    def check_life_goes_on(self, client):
        processing = client.call(order_service_pb2.ListOrdersRequest(statuses=["ORDER_STATUS_PROCESSING"], page_size=1))
        order = processing.orders[0]
        with self.assertRaises(Error) as refused:
            client.call(step(order.name, "start_gathering"))
        self.assertEqual(refused.exception.reason, "GUARDS_NOT_SATISFIED")
        for check in ("DETAILS", "AVAILABILITY", "PAYMENT"):
            client.call(order_service_pb2.RecordCheckRequest(name=order.name, check=f"CHECK_KIND_{check}",
                                                             outcome="CHECK_OUTCOME_PASSED"))
        self.assertEqual(client.call(step(order.name, "start_gathering")).order.status,
                         order_pb2.Order(status="ORDER_STATUS_GATHERING_PRODUCTS").status)


if __name__ == "__main__":
    if not REAL_ORDERS.exists():
        print(f"SKIPPED: NOT TESTED with real orders: there is no {REAL_ORDERS}. IPSTORE_REAL_ORDERS says where it is.")
        sys.exit(SKIPPED)
    main()
