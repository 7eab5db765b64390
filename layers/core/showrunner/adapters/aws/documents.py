import json
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from showrunner.adapters.aws.errors import aws_errors, is_contended
from showrunner.adapters.document_rules import (
    MAX_CHANGES,
    body_text,
    check_address,
    check_changes,
    check_listing,
    expiry_seconds,
    expiry_time,
)
from showrunner.errors import ConflictError
from showrunner.ports.clock import Clock
from showrunner.ports.documents import ABSENT, Body, Delete, Document, Put

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONTENTION_PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.4)

_IS_PRESENT = "attribute_exists(pk) AND (attribute_not_exists(expires_at) OR expires_at > :now)"
_IS_GONE = "(attribute_not_exists(pk) OR expires_at <= :now)"


class DynamoDocuments:
    """
    Documents in one table: `pk` is the collection, `sk` the key (both texts).

    `body` is JSON text: DynamoDB's own numbers do not keep a float exactly, and
    nothing is asked about the inside of a body. `expires_at` (seconds since 1970)
    is the table's TTL attribute; DynamoDB deletes late, so readers look at it too.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient", clock: Clock) -> None:
        self._table_name = table_name
        self._client: Any = client
        self._clock = clock

    def get(self, collection: str, key: str) -> Document | None:
        check_address(collection, key)
        with self._errors():
            answer = self._client.get_item(
                TableName=self._table_name, Key=_key(collection, key), ConsistentRead=True
            )
        item = answer.get("Item")
        return _document(item) if item and self._is_present(item) else None

    def put(
        self,
        collection: str,
        key: str,
        body: Body,
        *,
        version: int | None = None,
        expires_at: datetime | None = None,
    ) -> Document:
        check_address(collection, key)
        change = self._update(Put(collection, key, body, version, expires_at))
        answer = self._insist(lambda: self._client.update_item(**change, ReturnValues="ALL_NEW"))
        return _document(answer["Attributes"])

    def delete(self, collection: str, key: str, *, version: int | None = None) -> None:
        check_address(collection, key)
        change = self._removal(Delete(collection, key, version))
        self._insist(lambda: self._client.delete_item(**change))

    def write(self, changes: Sequence[Put | Delete]) -> None:
        check_changes(changes)
        for change in changes:
            check_address(change.collection, change.key)
        steps = [
            {"Update": self._update(change)}
            if isinstance(change, Put)
            else {"Delete": self._removal(change)}
            for change in changes
        ]
        if steps:
            self._insist(lambda: self._client.transact_write_items(TransactItems=steps))

    def add_all(self, collection: str, bodies: Mapping[str, Body]) -> None:
        remaining = iter(bodies.items())
        while some := list(islice(remaining, MAX_CHANGES)):
            puts = [Put(collection, key, body, ABSENT) for key, body in some]
            try:
                self.write(puts)
            except ConflictError:
                for put in puts:
                    with suppress(ConflictError):
                        self.write([put])

    def list(
        self,
        collection: str,
        *,
        prefix: str = "",
        after: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> Sequence[Document]:
        check_listing(collection, prefix, after)
        if after and not after.startswith(prefix):
            # DynamoDB refuses to start outside the prefix: such a page is all or nothing.
            if (after > prefix) != newest_first:
                return []
            after = None
        query = self._query(collection, prefix, newest_first=newest_first)
        start = _key(collection, after) if after else None
        documents: list[Document] = []
        while len(documents) < limit:
            page = self._page(query, start, limit - len(documents))
            documents += [_document(item) for item in page["Items"] if self._is_present(item)]
            start = page.get("LastEvaluatedKey")
            if not start:
                break
        return documents

    def _query(self, collection: str, prefix: str, *, newest_first: bool) -> dict[str, Any]:
        condition, values = "pk = :pk", {":pk": {"S": collection}}
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            values[":prefix"] = {"S": prefix}
        return {
            "TableName": self._table_name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": not newest_first,
            "ConsistentRead": True,
        }

    def _page(self, query: dict[str, Any], start: Any, limit: int) -> Any:
        more = {"ExclusiveStartKey": start} if start else {}
        with self._errors():
            return self._client.query(**query, **more, Limit=limit)

    def _update(self, change: Put) -> dict[str, Any]:
        text = body_text(change.collection, change.key, change.body)
        step: dict[str, Any] = {"body": text, "one": 1}
        assign = ["body = :body", "version = if_not_exists(version, :zero) + :one"]
        if change.version is None:
            step["zero"] = 0
        else:
            # An expired document may still lie there: its version must not go on.
            assign[1] = "version = :one"
            step["one"] = change.version + 1
        expires_at_seconds = expiry_seconds(change.expires_at)
        remove = " REMOVE expires_at"
        if expires_at_seconds is not None:
            remove = ""
            assign.append("expires_at = :expires_at")
            step["expires_at"] = expires_at_seconds
        return {
            **self._addressed(change, step),
            "UpdateExpression": f"SET {', '.join(assign)}{remove}",
        }

    def _removal(self, change: Delete) -> dict[str, Any]:
        return self._addressed(change, {})

    def _addressed(self, change: Put | Delete, values: dict[str, Any]) -> dict[str, Any]:
        """Table, key, the condition on the version, and all values that are referred to."""
        request: dict[str, Any] = {
            "TableName": self._table_name,
            "Key": _key(change.collection, change.key),
        }
        if change.version is not None:
            values["now"] = int(self._clock.now().timestamp())
            request["ConditionExpression"] = _IS_GONE
            if change.version != ABSENT:
                values["version"] = change.version
                request["ConditionExpression"] = f"version = :version AND {_IS_PRESENT}"
        if values:
            request["ExpressionAttributeValues"] = {
                f":{name}": {"S": value} if isinstance(value, str) else {"N": str(value)}
                for name, value in values.items()
            }
        return request

    def _insist(self, call: Callable[[], Any]) -> Any:
        """What `call` gives, after some more tries while other writers are at the same items."""
        with self._errors():
            for pause_seconds in _CONTENTION_PAUSES_SECONDS:
                try:
                    return call()
                except ClientError as error:
                    if not is_contended(error):
                        raise
                self._clock.sleep(pause_seconds * random.uniform(0.5, 1.5))  # noqa: S311  no secret
            return call()

    def _is_present(self, item: dict[str, Any]) -> bool:
        expires_at = item.get("expires_at")
        return expires_at is None or int(expires_at["N"]) > self._clock.now().timestamp()

    def _errors(self) -> AbstractContextManager[None]:
        return aws_errors("dynamodb", f"table {self._table_name}")


def _key(collection: str, key: str) -> dict[str, Any]:
    return {"pk": {"S": collection}, "sk": {"S": key}}


def _document(item: dict[str, Any]) -> Document:
    expires_at = item.get("expires_at")
    return Document(
        collection=item["pk"]["S"],
        key=item["sk"]["S"],
        body=json.loads(item["body"]["S"]),
        version=int(item["version"]["N"]),
        expires_at=expiry_time(expires_at["N"]) if expires_at else None,
    )
