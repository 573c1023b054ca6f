"""How orderd starts, or says in one line why it does not; where its configuration comes from; `orderd migrate`."""

import pathlib
import socket
import sqlite3
import tempfile
import unittest

from orders_e2e import Client, Orderd, clean_environment, create, main, order_service_pb2, refusal_of_orderd, run_orderd


class StartUp(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.url = f"sqlite:{self.folder}/orders.db"

    def refuses(self, code, *arguments):
        return refusal_of_orderd(self, code, *arguments, cwd=self.folder)

    # --- Why it does not start ---

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            line = self.refuses(1, "--listen", address, "--database", self.url)
            self.assertIn(address, line)
            self.assertIn("port", line)

    def test_a_port_that_another_orderd_has(self):
        with Orderd("--database", self.url) as first:
            line = self.refuses(1, "--listen", first.address, "--database", f"sqlite:{self.folder}/other.db")
            self.assertIn(first.address, line)

    def test_an_address_that_is_none(self):
        for listen in ("50051", "127.0.0.1:", "127.0.0.1:99999", ":50051"):
            self.assertIn(f'"{listen}"', self.refuses(1, "--listen", listen, "--database", self.url))

    def test_an_address_that_is_open_to_the_network(self):
        self.assertIn("loopback", self.refuses(1, "--listen", "0.0.0.0:0", "--database", self.url))

    def test_a_database_that_is_not_reachable(self):
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            port = reserved.getsockname()[1]
        line = self.refuses(1, "--listen", "127.0.0.1:0", "--database", f"mysql://root:secret@127.0.0.1:{port}/orders")
        self.assertIn(str(port), line)
        self.assertNotIn("secret", line)

    def test_a_database_that_is_no_address(self):
        self.refuses(1, "--listen", "127.0.0.1:0", "--database", "postgres://localhost/orders")

    def test_a_folder_that_is_not_there(self):
        self.assertIn("/nowhere/", self.refuses(1, "--listen", "127.0.0.1:0", "--database", "sqlite:/nowhere/orders.db"))

    def test_a_file_that_is_no_database(self):
        (self.folder / "orders.db").write_text("This is a letter, and no database at all. " * 100)
        self.refuses(1, "--listen", "127.0.0.1:0", "--database", self.url)

    def test_a_second_orderd_on_the_same_file(self):
        with Orderd("--database", self.url):
            line = self.refuses(1, "--listen", "127.0.0.1:0", "--database", self.url)
            self.assertIn("orders.db", line)
            self.assertIn("another", line)

    def test_a_schema_that_is_newer(self):
        self.assertEqual(run_orderd("migrate", "--database", self.url).returncode, 0)
        with sqlite3.connect(self.folder / "orders.db") as database:
            database.execute("INSERT INTO schema_versions VALUES (999, 999, 'a newer one', '2030-01-01')")
        for task in ([], ["migrate"]):
            line = self.refuses(1, *task, "--listen", "127.0.0.1:0", "--database", self.url)
            self.assertIn("999", line)
            self.assertIn("newer orderd", line)

    def test_a_newer_schema_on_which_this_server_can_run_is_fine(self):
        self.assertEqual(run_orderd("migrate", "--database", self.url).returncode, 0)
        with sqlite3.connect(self.folder / "orders.db") as database:
            database.execute("INSERT INTO schema_versions VALUES (999, 1, 'expanded only', '2030-01-01')")
        with Orderd("--database", self.url):
            pass

    def test_a_flag_that_is_wrong(self):
        for arguments in (["--no-such-flag"], ["--committers", "many"], ["--committers", "0"], ["--log-level", "loud"],
                          ["no-such-task"]):
            ended = run_orderd(*arguments, cwd=self.folder)
            self.assertEqual(ended.returncode, 2, ended.stderr)
            self.assertEqual(ended.stdout, "")
            self.assertTrue(ended.stderr.startswith("orderd: "), ended.stderr)
            self.assertLessEqual(len(ended.stderr.strip().splitlines()), 2, ended.stderr)

    def test_a_password_is_not_repeated_in_a_complaint(self):
        ended = run_orderd("no-such-task", "mysql://root:open-sesame@127.0.0.1/orders", cwd=self.folder)
        self.assertEqual(ended.returncode, 2)
        self.assertNotIn("open-sesame", ended.stderr)

    def test_help_and_version_are_no_errors(self):
        shown = run_orderd("--help")
        self.assertEqual(shown.returncode, 0)
        for flag in ("--listen", "--database", "--config", "migrate", "ORDERD_LISTEN"):
            self.assertIn(flag, shown.stdout)
        self.assertEqual(run_orderd("--version").returncode, 0)

    # --- Where its configuration comes from ---

    def serves_from(self, *arguments, **variables):
        """The names of the databases that are there after it has served."""
        with Orderd(*arguments, environment=clean_environment(**variables), cwd=self.folder, listen=None):
            return sorted(file.name for file in self.folder.glob("*.db"))

    def write_config(self, text):
        (self.folder / "orderd.toml").write_text(text)
        return str(self.folder / "orderd.toml")

    def test_a_flag_wins_over_a_variable_and_a_variable_over_the_file(self):
        config = self.write_config('listen = "127.0.0.1:0"\ndatabase = "sqlite:from-file.db"\n')
        self.assertEqual(self.serves_from("--config", config), ["from-file.db"])
        (self.folder / "from-file.db").unlink()
        self.assertEqual(self.serves_from("--config", config, ORDERD_DATABASE="sqlite:from-variable.db"),
                         ["from-variable.db"])
        (self.folder / "from-variable.db").unlink()
        self.assertEqual(self.serves_from("--config", config, "--database", "sqlite:from-flag.db",
                                          ORDERD_DATABASE="sqlite:from-variable.db"), ["from-flag.db"])

    def test_the_file_itself_may_be_named_by_a_variable(self):
        config = self.write_config('listen = "127.0.0.1:0"\ndatabase = "sqlite:from-file.db"\n')
        self.assertEqual(self.serves_from(ORDERD_CONFIG=config), ["from-file.db"])

    def test_every_option_may_stand_in_the_file(self):
        config = self.write_config(
            'listen = "127.0.0.1:0"\ndatabase = "sqlite:all.db"\ncommitters = 1\nmax-batch = 8\nqueue-capacity = 100\n'
            'readers = 2\nshutdown-grace = 1\nlog-level = "debug"\nlog-json = true\n')
        self.assertEqual(self.serves_from("--config", config), ["all.db"])

    def test_a_file_that_is_wrong_is_refused(self):
        for config in (self.write_config("comitters = 2\n"), self.write_config("committers = 0\n"),
                       str(self.folder / "none.toml")):
            self.assertEqual(run_orderd("--config", config, cwd=self.folder).returncode, 2)
            self.assertEqual(run_orderd(environment=clean_environment(ORDERD_CONFIG=config), cwd=self.folder).returncode, 2)

    # --- migrate ---

    def test_migrate_makes_the_schema_once_and_says_so(self):
        first = run_orderd("migrate", "--database", self.url)
        self.assertEqual((first.returncode, first.stderr), (0, ""))
        self.assertIn("is now at version 5", first.stdout)
        second = run_orderd("migrate", "--database", self.url)
        self.assertEqual(second.returncode, 0)
        self.assertIn("at version 5 already", second.stdout)

    def test_nobody_else_may_read_the_embedded_database(self):
        with Orderd("--database", self.url) as server, Client(server.address) as client:
            client.call(create("WEB-1"))
            modes = {file.name: file.stat().st_mode & 0o007 for file in self.folder.iterdir()}
            self.assertIn("orders.db-wal", modes)
            self.assertEqual(set(modes.values()), {0}, modes)

    def test_orders_survive_a_restart(self):
        with Orderd("--database", self.url) as server, Client(server.address) as client:
            name = client.call(create("WEB-1")).order.name
        with Orderd("--database", self.url) as server, Client(server.address) as client:
            self.assertEqual(client.call(order_service_pb2.GetOrderRequest(name=name)).external_reference, "WEB-1")


if __name__ == "__main__":
    main()
