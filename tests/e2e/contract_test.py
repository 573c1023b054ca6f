"""A change that breaks callers does not pass for one that does not: cmake/buf-lint.sh against protos/baseline.yaml."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from orders_e2e import PATIENCE, SKIPPED, main

BUF = os.environ.get("IPSTORE_BUF") or os.environ.get("IPSTORE_BUF_OF_BUILD", "")
PROTOS = pathlib.Path(os.environ["IPSTORE_PROTO_DIR"])
LINT = PROTOS.parent / "cmake" / "buf-lint.sh"
if not os.access(BUF, os.X_OK):
    print("SKIPPED: there is no buf; `./dev install` installs it, and IPSTORE_BUF names it")
    sys.exit(SKIPPED)

# A file of the contract, what is replaced in it, by what, and what must then be said; None: nothing.
CHANGES = (
    ("order.proto", "  string cancellation_reason = 28;", "", '"cancellation_reason" on message "Order" was deleted'),
    ("order.proto", "  string etag = 9;", "  string etag = 39;", '"etag" on message "Order" was deleted'),
    ("order.proto", "  string etag = 9;", "  string tag = 9;", 'changed name from "etag" to "tag"'),
    ("order.proto", "  int64 quantity = 4;", "  int32 quantity = 4;", 'changed type from "int64" to "int32"'),
    ("lifecycle.proto", "  ORDER_STATUS_RECEIVED = 8;", "  ORDER_STATUS_TAKEN = 8;", 'from "ORDER_STATUS_RECEIVED" to'),
    ("order_service.proto", "  rpc LookupOrder(LookupOrderRequest) returns (Order);", "", '"LookupOrder" on service'),
    ("actions.proto", "message StartProcessing {}", "message StartProcessing {\n  string why = 1000;\n}", None),
)


class Contract(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        shutil.copytree(PROTOS, self.root / "protos")
        (self.root / "cmake").mkdir()
        shutil.copy(LINT, self.root / "cmake")

    def breaking(self):
        return subprocess.run(["bash", "cmake/buf-lint.sh", "build", "breaking", "protos/baseline.yaml"], cwd=self.root,
                              env={**os.environ, "BUF": BUF, "XDG_CACHE_HOME": str(self.root)}, capture_output=True,
                              text=True, timeout=PATIENCE)

    def test_what_breaks_callers_is_found_and_what_is_added_is_not(self):
        for name, old, new, finding in CHANGES:
            with self.subTest(file=name, old=old, new=new):
                file = self.root / "protos/ipstore/orders/v1" / name
                text = file.read_text()
                self.assertIn(old, text)
                file.write_text(text.replace(old, new, 1))
                judged = self.breaking()
                file.write_text(text)
                self.assertEqual(judged.returncode != 0, finding is not None, judged.stderr)
                self.assertIn(finding or "", judged.stderr)

    def test_a_file_that_is_gone_is_found(self):
        (self.root / "protos/ipstore/orders/v1/errors.proto").unlink()
        judged = self.breaking()
        self.assertNotEqual(judged.returncode, 0)
        self.assertIn('"ipstore/orders/v1/errors.proto" was deleted', judged.stderr)


if __name__ == "__main__":
    main()
