"""The diagram in the README is the one that `orderctl lifecycle --mermaid` prints."""

import os
import pathlib
import re
import subprocess
import unittest

from orders_e2e import PATIENCE, Client, Database, Orderd, main, order_service_pb2

README = pathlib.Path(os.environ["IPSTORE_README"])
ORDERCTL = os.environ["IPSTORE_ORDERCTL"]


class Readme(unittest.TestCase):

    def test_the_diagram_is_the_one_that_orderctl_prints(self):
        with Database("sqlite") as database, Orderd("--database", database.url) as server:
            printed = subprocess.run([ORDERCTL, "--server", server.address, "lifecycle", "--mermaid"],
                                     capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(printed.returncode, 0, printed.stderr)
            with Client(server.address) as client:
                described = client.call(order_service_pb2.DescribeLifecycleRequest()).mermaid
        self.assertEqual(printed.stdout, described)
        diagrams = re.findall(r"^```mermaid\n(.*?)^```", README.read_text(), re.S | re.M)
        self.assertEqual([diagram.strip() for diagram in diagrams], [printed.stdout.strip()])


if __name__ == "__main__":
    main()
