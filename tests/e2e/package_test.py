"""The C++ client as another project meets it: installed under a prefix, found by find_package, and called.

tests/package is that project. It is built with this build's compiler and flags, so that a sanitized library finds the
runtime that it needs.
"""

import os
import pathlib
import shutil
import subprocess
import unittest

from orders_e2e import PATIENCE, Client, Database, Orderd, activities_of, main, order_service_pb2

CMAKE = os.environ["IPSTORE_CMAKE"]
BUILD = os.environ["IPSTORE_BUILD_DIR"]
PROJECT = os.environ["IPSTORE_PACKAGE_PROJECT"]
# The same place each time, emptied before: a compiler cache knows the files again by their path.
FOLDER = pathlib.Path(os.environ["IPSTORE_PACKAGE_FOLDER"])


class Package(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        shutil.rmtree(FOLDER, ignore_errors=True)
        run_tool(CMAKE, "--install", BUILD, "--prefix", str(FOLDER / "prefix"), "--component", "development")

    def test_another_project_finds_builds_and_calls_it(self):
        build = str(FOLDER / "build")
        run_tool(CMAKE, "-S", PROJECT, "-B", build, "-G", "Ninja",
                 f"-DCMAKE_PREFIX_PATH={FOLDER / 'prefix'}",
                 f"-DCMAKE_CXX_COMPILER={os.environ['IPSTORE_CXX']}",
                 f"-DCMAKE_CXX_COMPILER_LAUNCHER={os.environ['IPSTORE_CXX_LAUNCHER']}",
                 f"-DCMAKE_CXX_FLAGS={os.environ['IPSTORE_CXX_FLAGS']}")
        run_tool(CMAKE, "--build", build)
        with Database("sqlite") as database, Orderd("--database", database.url) as server:
            said = run_tool(f"{build}/shop", server.address).splitlines()
            with Client(server.address) as client:
                order, = client.call(order_service_pb2.ListOrdersRequest()).orders
                texts = [activity.text for activity in activities_of(client, order.name)]
        self.assertEqual([line.split(":")[1].strip() for line in said[:-1]],
                         ["DETAILS_VERIFIED", "AVAILABILITY_CONFIRMED", "PAYMENT_ARRANGED"])
        self.assertEqual(said[-1], f"{order.number}: Gathering Products")
        self.assertEqual(len(texts), 7, texts)
        self.assertIn("Ξεκινάμε!", texts)

    def test_the_installed_contract_is_whole(self):
        protos = FOLDER / "prefix/share/ipstore-orders/protos"
        files = [str(path.relative_to(protos)) for path in protos.glob("**/*.proto")]
        self.assertIn("ipstore/orders/v1/order_service.proto", files)
        run_tool(os.environ["IPSTORE_PROTOC"], f"-I{protos}", "--descriptor_set_out=/dev/null", *files)


def run_tool(*command):
    """What a program says; fails with it unless the program ends well."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=2 * PATIENCE)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
    return done.stdout


if __name__ == "__main__":
    main()
