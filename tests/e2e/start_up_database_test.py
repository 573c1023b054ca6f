"""How orderd starts on a database server, or says in one line why it does not.

Usage: start_up_database_test.py mariadb|mysql
"""

import sys
import unittest

from orders_e2e import Database, Orderd, clean_environment, kind_from, main, refusal_of_orderd, run_orderd

KIND = kind_from(sys.argv)


class StartUpOnADatabaseServer(unittest.TestCase):

    def test_the_schema_is_made_by_migrate_only(self):
        with Database(KIND) as database:
            again = run_orderd("migrate", "--database", database.url)
            self.assertIn("at version 5 already", again.stdout)
            database.execute("DROP TABLE schema_versions")
            line = refusal_of_orderd(self, 1, "--listen", "127.0.0.1:0", "--database", database.url)
            self.assertIn("orderd migrate", line)

    def test_a_wrong_password_is_refused_and_not_shown(self):
        host = Database.server_url(KIND).rsplit("@", 1)[1]
        line = refusal_of_orderd(self, 1, "--listen", "127.0.0.1:0", "--database",
                                 f"mysql://root:open-sesame@{host}orders")
        self.assertNotIn("open-sesame", line)

    def test_the_password_may_stand_in_a_variable(self):
        with Database(KIND) as database:
            user, rest = database.url.removeprefix("mysql://").split(":", 1)
            password, rest = rest.split("@", 1)
            with Orderd("--database", f"mysql://{user}@{rest}",
                        environment=clean_environment(ORDERD_DATABASE_PASSWORD=password)) as server:
                self.assertNotIn(password, server.log_text())


if __name__ == "__main__":
    main()
