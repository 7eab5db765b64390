import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from showrunner.adapters.aws.documents import DynamoDocuments
from showrunner.adapters.sqlite.database import Database
from showrunner.adapters.sqlite.documents import SqliteDocuments
from showrunner.ports.documents import Documents
from tests.contract.documents_contract import DocumentsContract
from tests.fakes import FakeClock

PROGRAMS = Path(__file__).parent / "programs"


class TestSqliteDocuments(DocumentsContract):
    increments = 400

    @pytest.fixture
    def documents(self, database: Database, clock: FakeClock) -> Documents:
        return SqliteDocuments(database, clock)

    @pytest.fixture
    def again(self, documents: Documents, tmp_path: Path, clock: FakeClock) -> Iterator[Any]:
        opened: list[Database] = []

        def again() -> Documents:
            opened.append(Database(tmp_path / "showrunner.db"))
            return SqliteDocuments(opened[-1], clock)

        yield again
        for database in opened:
            database.close()

    def test_threads_of_one_database_lose_no_update(
        self, documents: Documents, clock: FakeClock
    ) -> None:
        """One Database object serves many threads, each through a connection of its own."""
        self.test_eight_writers_lose_no_update(lambda: documents)

    def test_processes_lose_no_update(self, tmp_path: Path, clock: FakeClock) -> None:
        """Processes that even make the file together count right together."""
        path = tmp_path / "together" / "showrunner.db"
        command = [sys.executable, str(PROGRAMS / "count.py"), str(path), "60"]
        processes = [subprocess.Popen(command) for _ in range(4)]

        assert [process.wait(timeout=120) for process in processes] == [0] * 4
        database = Database(path)
        counter = SqliteDocuments(database, clock).get("c", "counter")
        database.close()
        assert counter is not None
        assert (counter.body, counter.version) == ({"n": 240}, 240)


@pytest.mark.aws
class TestDynamoDocuments(DocumentsContract):
    increments = 40

    @pytest.fixture
    def table(self, aws: Callable[[str], Any], unique_name: str) -> Iterator[str]:
        client = aws("dynamodb")
        client.create_table(
            TableName=unique_name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        )
        client.get_waiter("table_exists").wait(TableName=unique_name, WaiterConfig={"Delay": 1})
        yield unique_name
        client.delete_table(TableName=unique_name)

    @pytest.fixture
    def documents(self, table: str, aws: Callable[[str], Any], clock: FakeClock) -> Documents:
        return DynamoDocuments(table, aws("dynamodb"), clock)

    @pytest.fixture
    def again(self, documents: Documents) -> Callable[[], Documents]:
        return lambda: documents
