"""orderctl by hand against a real orderd: what its pages and lists show, and what it can change."""

import json
import os
import subprocess
import unittest

from orders_e2e import PATIENCE, Client, Database, Orderd, comment_service_pb2, create, main, order_pb2, step

ORDERCTL = os.environ["IPSTORE_ORDERCTL"]


class Orderctl(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.database = cls.enterClassContext(Database("sqlite"))
        cls.server = cls.enterClassContext(Orderd("--database", cls.database.url))
        cls.client = cls.enterClassContext(Client(cls.server.address))

    def run_orderctl(self, *arguments, given=None, role="staff:eleni"):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ORDERCTL_")}
        return subprocess.run([ORDERCTL, "--server", self.server.address, "--as", role, "--lang", "en", *arguments],
                              env=environment, input=given, capture_output=True, text=True, timeout=PATIENCE)

    def orderctl(self, *arguments, **options):
        ended = self.run_orderctl(*arguments, **options)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        return ended.stdout

    def order(self, reference):
        return self.client.call(create(reference)).order

    def enquiry(self, *arguments):
        """A question of the customer that the orders are of; its number."""
        asked = self.orderctl("ask", "Delivery", "When does it come?", "--customer", "cust-1042", "--name", "Μαρία",
                              "--email", "maria@example.gr", *arguments)
        return asked.split()[0]

    def comment(self, name, text):
        self.client.call(comment_service_pb2.CreateCommentRequest(parent=name, comment={"text": text}))

    def test_the_page_of_an_order_tells_what_is_missing_and_has_a_long_past_from_its_beginning(self):
        order = self.order("WEB-LONG")
        self.client.call(step(order.name, "start_processing"))
        for i in range(210):
            self.comment(order.name, f"Remark {i}.")
        page = self.orderctl("get", order.number)
        for shown in ("start-gathering: Start gathering", "Staff, Service", "The payment has not been arranged yet.",
                      "cancel"):
            self.assertIn(shown, page)
        self.assertEqual(self.orderctl("lookup", "eshop", "WEB-LONG"), page)
        whole = json.loads(self.orderctl("get", order.number, "--json"))
        self.assertEqual(list(whole), ["order", "activities", "comments", "notifications", "actions", "nextStep"])
        self.assertEqual([comment["text"] for comment in whole["comments"]], [f"Remark {i}." for i in range(210)])
        self.assertEqual([activity["text"] for activity in whole["activities"][2:]],
                         [comment["text"] for comment in whole["comments"]])
        self.assertEqual({action["allowed"] for action in whole["actions"]}, {True})
        self.orderctl("cancel", order.number, "--reason", "Changed her mind.")
        self.assertNotIn("Next step", self.orderctl("get", order.number))

    def test_the_page_of_a_long_enquiry_has_all_of_it(self):
        order = self.order("WEB-ENQUIRY")
        number = self.enquiry("--order", order.number)
        self.orderctl("move-enquiry", number, "take-up")
        for i in range(110):
            self.comment(f"enquiries/{number}", f"Remark {i}.\nIts second line.")
        page = self.orderctl("enquiry", number)
        for shown in ("Question", "Μαρία (cust-1042) · maria@example.gr", order.number, "“Remark 0. …”",
                      "“Remark 109. …”", "  Its second line.", "ask-customer"):
            self.assertIn(shown, page)

    def listed(self, *arguments):
        """What `requests` lists of the customer: number and kind."""
        lines = self.orderctl("requests", "--customer", "cust-1042", *arguments).splitlines()[1:]
        return {line.split()[0]: line.split()[1] for line in lines}

    def test_requests_are_told_apart_by_kind_and_status(self):
        order, cancelled = (self.order(reference).number for reference in ("WEB-KIND", "WEB-CANCELLED"))
        self.orderctl("cancel", cancelled, "--reason", "Changed her mind.")
        question, complaint = self.enquiry(), self.enquiry("--kind", "complaint")
        self.orderctl("move-enquiry", complaint, "take-up")
        everything = self.listed("--all", "--page-size", "200")
        self.assertEqual([everything[number] for number in (order, cancelled, question, complaint)],
                         ["Order", "Order", "Question", "Complaint"])
        self.assertEqual(set(self.listed("--kind", "order").values()), {"Order"})
        self.assertNotIn("Order", self.listed("--kind", "enquiry").values())
        opened = self.listed("--status", "open")
        self.assertIn(question, opened)
        self.assertTrue({order, cancelled, complaint}.isdisjoint(opened))
        either = self.listed("--status", "in-progress", "--status", "cancelled")
        self.assertLessEqual({cancelled, complaint}, either.keys())
        self.assertTrue({order, question}.isdisjoint(either))
        mixed = self.listed("--kind", "order", "--kind", "enquiry", "--status", "open")
        self.assertLessEqual({order, question}, mixed.keys())
        self.assertNotIn(complaint, mixed)

    def test_a_batch_tells_of_each_order_and_how_many_moved(self):
        orders = [self.order(f"WEB-BATCH-{i}").number for i in range(3)]
        self.orderctl("cancel", orders[2], "--reason", "Changed her mind.")
        given = "\n".join([*orders, ""])
        preview = self.run_orderctl("batch", "start-processing", "-", "--dry-run", given=given)
        self.assertEqual(preview.returncode, 6, preview.stderr)
        self.assertIn("moved: 2 · refused: 1 (Preview, nothing was changed.)", preview.stdout)
        moved = self.run_orderctl("batch", "start-processing", "-", "--request-id", "batch-1", given=given)
        self.assertEqual(moved.returncode, 6, moved.stderr)
        lines = moved.stdout.splitlines()
        self.assertEqual(lines[:2], [f"{number}  Order Processing" for number in orders[:2]])
        self.assertTrue(lines[2].startswith(f"{orders[2]}  ACTION_NOT_OPEN: "), lines[2])
        self.assertEqual(lines[-1], "moved: 2 · refused: 1")
        again = self.run_orderctl("batch", "start-processing", *orders, "--request-id", "batch-1")
        self.assertIn(f"{orders[0]}  Order Processing (Was already done with this request_id.)", again.stdout)
        self.assertIn("moved: 2", again.stdout)
        unready = self.run_orderctl("batch", "start-gathering", orders[0])
        self.assertIn("  PAYMENT_ARRANGED: ", unready.stdout)
        as_json = json.loads(self.run_orderctl("batch", "start-gathering", orders[0], "--json").stdout)
        self.assertEqual(as_json["results"][0]["error"]["details"][0]["reason"], "GUARDS_NOT_SATISFIED")
        self.assertEqual(self.orderctl("batch", "cancel", *orders[:2], "--reason", "No stock.").splitlines()[-1],
                         "moved: 2 · refused: 0")
        self.assertIn("stdin names none", self.run_orderctl("batch", "start-processing", "-", given="\n").stderr)

    def test_notifications_of_an_enquiry_are_turned_off_and_on(self):
        name = f"enquiries/{self.enquiry()}"
        self.assertIn("(Preview", self.orderctl("notifications", name, "off", "--dry-run"))
        self.assertRegex(self.orderctl("enquiry", name), "Notifications +on\n")
        self.assertEqual(self.orderctl("notifications", name, "off"), f"{name.split('/')[1]}  Open\n")
        self.assertRegex(self.orderctl("enquiry", name), "Notifications +off\n")
        self.assertIn("(It was so already", self.orderctl("notifications", name, "off"))
        no_enquiry = self.order("WEB-NO-ENQUIRY").number
        self.assertEqual(self.run_orderctl("notifications", f"enquiries/{no_enquiry}", "off").returncode, 4)

    def test_a_step_of_an_enquiry_may_come_with_a_word_among_staff(self):
        number = self.enquiry()
        self.orderctl("move-enquiry", number, "take-up", "--comment", "Ask the warehouse.", "--internal")
        self.assertIn("Ask the warehouse.” [internal]", self.orderctl("enquiry", number))
        self.assertNotIn("Ask the warehouse.", self.orderctl("enquiry", number, role="customer:cust-1042"))

    def import_copy(self, order, **changed):
        """An order with its past, imported as another one with some of its fields changed."""
        exported = map(json.loads, self.orderctl("export").splitlines())
        entry = next(entry for entry in exported if entry["number"] == order.number)
        del entry["number"]
        entry["order"].update(changed)
        self.orderctl("import", "-", given=json.dumps(entry))

    def test_overdue_orders_come_with_the_promise_that_has_passed(self):
        order = self.order("WEB-IN-TIME")
        for day in ("03", "02"):
            self.import_copy(order, externalReference=f"WEB-LATE-{day}", promisedDelivery=f"2026-02-{day}T18:00:00Z")
        overdue = self.orderctl("overdue", "--zone", "UTC").splitlines()
        self.assertEqual([line.split("  ")[-1] for line in overdue],
                         ["Promised delivery", "2 Feb 2026 18:00", "3 Feb 2026 18:00"])

    def test_a_company_is_listed_by_its_name(self):
        request = create("B2B-1")
        request.order.customer.id = "b-00912"
        request.order.customer.segment = order_pb2.SEGMENT_BUSINESS
        request.order.customer.company_name = "Νικολάου ΑΕ"
        request.order.customer.vat_number = "EL099999999"
        self.client.call(request)
        for listed in (("list",), ("requests",), ("search", "b2b")):
            self.assertIn("Νικολάου ΑΕ", self.orderctl(*listed, "--customer", "b-00912"))

    def test_a_preview_of_a_comment_is_just_that(self):
        order = self.order("WEB-PREVIEW")
        self.assertEqual(self.orderctl("comment", order.number, "Hello.", "--dry-run"),
                         "(Preview, nothing was changed.)\n")
        saying = ("comment", order.number, "Hello.", "--request-id", "once")
        self.assertRegex(self.orderctl(*saying), r"^orders/\d+/comments/\w+\n$")
        self.assertIn(" (Was already done", self.orderctl(*saying))

    def test_what_was_redacted_is_marked_wherever_it_stood(self):
        self.import_copy(self.order("WEB-PRESENT"), externalReference="WEB-PAST")
        order = json.loads(self.orderctl("lookup", "eshop", "WEB-PAST", "--json"))["order"]["number"]
        number = self.enquiry()
        for name in (order, f"enquiries/{number}"):
            self.orderctl("--rights", "redact", "redact", name, "--yes")
        self.assertRegex(self.orderctl("activity", order), r"^.*\d  [^ ].*  \[redacted\]\n")
        page = self.orderctl("enquiry", number)
        self.assertIn("\n\n[redacted]\n[redacted]\n", page)
        self.assertRegex(page, r"\nRedacted +\d")
        listed = self.orderctl("requests", "--kind", "enquiry").splitlines()
        self.assertIn("[redacted]", next(line for line in listed if line.startswith(number)))

    def test_a_customer_asks_for_themselves(self):
        asking = ("ask", "Delivery", "When?", "--name", "Μαρία", "--email", "maria@example.gr")
        asked = [self.orderctl(*asking, role="customer:cust-1042"),
                 self.orderctl(*asking, "--on-behalf-of", "customer:cust-1042", role="service:eshop")]
        for answer in asked:
            self.assertIn("(cust-1042)", self.orderctl("enquiry", answer.split()[0]))
        self.assertIn("(guest)", self.orderctl("enquiry", self.orderctl(*asking).split()[0]))
        self.assertEqual(self.run_orderctl(*asking, "--customer", "cust-2", role="customer:cust-1042").returncode, 5)


if __name__ == "__main__":
    main()
