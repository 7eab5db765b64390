"""Events in exactly the shapes in which AWS hands them to a function."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from showrunner.ports.clock import iso
from showrunner.ports.queues import Message


def sqs_event(queue_name: str, messages: Sequence[Message]) -> dict[str, Any]:
    """A batch as SQS hands it over."""
    return {"Records": [_record(queue_name, message) for message in messages]}


def _record(queue_name: str, message: Message) -> dict[str, Any]:
    body = json.dumps(message.body)
    return {
        "messageId": message.message_id,
        "receiptHandle": message.receipt,
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receive_count),
            "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
            "SenderId": "local",
            "ApproximateFirstReceiveTimestamp": str(int(message.sent_at.timestamp() * 1000)),
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:local:000000000000:{queue_name}",
        "awsRegion": "local",
    }


def schedule_event(name: str, now: datetime) -> dict[str, Any]:
    """What an EventBridge schedule sends."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "000000000000",
        "time": iso(now),
        "region": "local",
        "resources": [f"arn:aws:scheduler:local:000000000000:schedule/default/{name}"],
        "detail": {},
    }


def http_event(path: str, body: str, token: str) -> dict[str, Any]:
    """A POST of `body` as the HTTP API hands it over, with the access token."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "x-auth-token": token},
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "stage": "$default",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "showrunner invoke",
            },
        },
        "body": body,
        "isBase64Encoded": False,
    }
