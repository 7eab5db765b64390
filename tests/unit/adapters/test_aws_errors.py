from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ReadTimeoutError,
)

from showrunner.adapters.aws.errors import aws_errors
from showrunner.errors import (
    BadAnswerError,
    ConflictError,
    InvalidInputError,
    LeaseLostError,
    SetupError,
    ShowrunnerError,
    UnreachableError,
)

QUERY_PREFIX = "AWS.SimpleQueueService."


def answer(
    code: str, *, operation: str = "SendMessage", status: int = 400, **more: Any
) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": more.pop("message", "")},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **more,
    }
    return ClientError(response, operation)


def cancelled(*codes: str) -> ClientError:
    reasons = [{"Code": code} for code in codes]
    return answer("TransactionCanceledException", CancellationReasons=reasons)


def invalid(message: str) -> ClientError:
    return answer("InvalidParameterValue", message=message)


TOO_LONG = (
    "Value 60 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the "
    "message is beyond the limit [43200 seconds]."
)
NOT_HELD = (
    "Value rcpt for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not "
    "available for visibility timeout change."
)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (answer("ConditionalCheckFailedException"), ConflictError),
        (answer("PreconditionFailed", status=412), ConflictError),
        (answer("ConditionalRequestConflict", status=409), ConflictError),
        (answer("TransactionConflictException"), ConflictError),
        (cancelled("None", "ConditionalCheckFailed"), ConflictError),
        (cancelled("TransactionConflict", "None"), ConflictError),
        (cancelled("None", "ThrottlingError"), UnreachableError),
        (cancelled("ValidationError"), BadAnswerError),
        (answer("ReceiptHandleIsInvalid"), LeaseLostError),
        (answer(QUERY_PREFIX + "MessageNotInflight"), LeaseLostError),
        (invalid("Value rcpt for parameter ReceiptHandle is invalid."), BadAnswerError),
        (invalid("The receipt handle has expired"), LeaseLostError),
        (invalid(NOT_HELD), LeaseLostError),
        (invalid(TOO_LONG), LeaseLostError),
        (invalid("Value 901 for parameter DelaySeconds is invalid."), BadAnswerError),
        (answer("AccessDenied", status=403), SetupError),
        (answer("AccessDeniedException"), SetupError),
        (answer("ExpiredToken"), SetupError),
        (answer("ResourceNotFoundException"), SetupError),
        (answer(QUERY_PREFIX + "NonExistentQueue"), SetupError),
        (answer("NoSuchBucket", status=404), SetupError),
        (answer("DisabledException"), SetupError),
        (answer("EntityTooLarge"), InvalidInputError),
        (answer("ProvisionedThroughputExceededException"), UnreachableError),
        (answer("SlowDown", status=503), UnreachableError),
        (answer("RequestThrottled", status=403), UnreachableError),
        (answer("InternalError", status=500), UnreachableError),
        (answer("Whatever", status=429), UnreachableError),
        (answer("Whatever"), BadAnswerError),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), UnreachableError),
        (ConnectTimeoutError(endpoint_url="http://127.0.0.1:1"), UnreachableError),
        (ReadTimeoutError(endpoint_url="http://127.0.0.1:1"), UnreachableError),
        (NoCredentialsError(), SetupError),
        (NoRegionError(), SetupError),
    ],
)
def test_every_refusal_says_what_the_caller_can_do(
    theirs: Exception, ours: type[ShowrunnerError]
) -> None:
    """Each error of AWS becomes the one of ours that its caller acts on, and stays its cause."""
    with pytest.raises(ShowrunnerError) as raised, aws_errors("sqs", "queue frames"):
        raise theirs

    assert type(raised.value) is ours
    assert raised.value.__cause__ is theirs


@pytest.mark.parametrize(
    ("operation", "permission"),
    [("SendMessageBatch", "sqs:SendMessage"), ("ReceiveMessage", "sqs:ReceiveMessage")],
)
def test_a_missing_permission_is_named(operation: str, permission: str) -> None:
    """The owner learns which permission to give, and on what."""
    theirs = answer("AccessDenied", operation=operation)

    with pytest.raises(SetupError) as raised, aws_errors("sqs", "queue frames"):
        raise theirs
    assert f"allow {permission} there" in raised.value.message
    assert f"sqs:{operation} on queue frames" in raised.value.message


def test_our_own_errors_pass() -> None:
    """What is not of AWS is not touched."""
    with pytest.raises(ZeroDivisionError), aws_errors("sqs", "queue frames"):
        _ = 1 / 0
