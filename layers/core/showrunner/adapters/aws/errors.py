"""The one place where botocore's errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError

from showrunner.errors import (
    BadAnswerError,
    ConflictError,
    InvalidInputError,
    LeaseLostError,
    SetupError,
    ShowrunnerError,
    UnreachableError,
)

_SERVER_FAULT = 500
_TOO_MANY_REQUESTS = 429

_LEASE_LOST = {"MessageNotInflight", "ReceiptHandleIsInvalid"}
#: SQS reports these with the code InvalidParameterValue, told apart only by their words.
_LEASE_LOST_WORDS = ("receipt handle", "not available for visibility timeout", "beyond the limit")
_CONDITION_FAILED = {
    "ConditionalCheckFailed",
    "ConditionalCheckFailedException",
    "ConditionalRequestConflict",
    "PreconditionFailed",
    "TransactionConflict",
    "TransactionConflictException",
}
_NO_ACCESS = {"AccessDenied", "AccessDeniedException", "KMSAccessDeniedException", "403"}
_BAD_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_MISSING = {
    "NoSuchBucket",
    "NonExistentQueue",
    "NotFoundException",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
}
_KEY_UNUSABLE = {
    "DisabledException",
    "IncorrectKeyException",
    "InvalidCiphertextException",
    "KMSInvalidStateException",
}
_TOO_BIG = {"EntityTooLarge", "InvalidMessageContents"}
_BUSY = {
    "KMSInternalException",
    "LimitExceededException",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestTimeout",
    "SlowDown",
    "Throttling",
    "ThrottlingError",
    "ThrottlingException",
    "TooManyRequestsException",
}

_ANSWERS: tuple[tuple[set[str], type[ShowrunnerError], str], ...] = (
    (_LEASE_LOST, LeaseLostError, "{asked}: the lease has passed on. Drop the work on it."),
    (_CONDITION_FAILED, ConflictError, "{asked}: someone else wrote first. Read it, write again."),
    (_NO_ACCESS, SetupError, "AWS refused {asked}: allow {permission} there for this role."),
    (_BAD_CREDENTIALS, SetupError, "AWS refused {asked} ({code}): set valid credentials."),
    (_MISSING, SetupError, "{asked}: it does not exist ({code}). Deploy it, or correct its name."),
    (
        _KEY_UNUSABLE,
        SetupError,
        "AWS refused {asked} ({code}): enable the key that sealed this, or enter the secret again.",
    ),
    (_TOO_BIG, InvalidInputError, "{asked}: too large, or characters it does not take: {message}"),
    (_BUSY, UnreachableError, "AWS did not serve {asked} now ({code}): try again later."),
)

#: Where the permission is not called like the operation (AWS's service authorization reference).
_PERMISSIONS = {
    "HeadObject": "GetObject",
    "ListObjectsV2": "ListBucket",
    "SendMessageBatch": "SendMessage",
    "TransactWriteItems": "UpdateItem and DeleteItem",
}


@contextmanager
def aws_errors(service: str, where: str) -> Iterator[None]:
    """Translate what `service` ("sqs") reports about `where` ("queue frames") into our errors."""
    try:
        yield
    except ClientError as error:
        raise _from_answer(error, service, where) from error
    except BotoCoreError as error:
        raise _from_library(error, service, where) from error


def error_code(error: ClientError) -> str:
    """
    AWS's word for what went wrong.

    `NonExistentQueue` also where the older protocol says
    `AWS.SimpleQueueService.NonExistentQueue`; of a cancelled transaction, the
    reason that its caller can act on.
    """
    code = error.response.get("Error", {}).get("Code", "").rpartition(".")[2]
    if code != "TransactionCanceledException":
        return code
    reasons = [reason.get("Code", "None") for reason in error.response["CancellationReasons"]]
    reasons = [reason for reason in reasons if reason != "None"]
    return "ConditionalCheckFailed" if "ConditionalCheckFailed" in reasons else reasons[0]


def is_contended(error: ClientError) -> bool:
    """True when DynamoDB refused only because another transaction touches the same item now."""
    return error_code(error) in {"TransactionConflict", "TransactionConflictException"}


def _from_answer(error: ClientError, service: str, where: str) -> ShowrunnerError:
    code = error_code(error)
    operation = error.operation_name
    words = {
        "asked": f"{service}:{operation} on {where}",
        "permission": f"{service}:{_PERMISSIONS.get(operation, operation)}",
        "code": code,
        "message": error.response.get("Error", {}).get("Message", ""),
    }
    if code.startswith("InvalidParameter"):
        if any(sign in words["message"].lower() for sign in _LEASE_LOST_WORDS):
            code = "ReceiptHandleIsInvalid"
    elif _is_servers_fault(error):
        code = "Throttling"
    for codes, kind, template in _ANSWERS:
        if code in codes:
            return kind(template.format_map(words))
    return BadAnswerError("AWS answered {asked} with {code}: {message}".format_map(words))


def _is_servers_fault(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= _SERVER_FAULT or status == _TOO_MANY_REQUESTS


def _from_library(error: BotoCoreError, service: str, where: str) -> ShowrunnerError:
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        return SetupError(
            f"No AWS credentials for {service} on {where}: set AWS_PROFILE, or "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if isinstance(error, boto.NoRegionError):
        return SetupError("No AWS region is chosen: set AWS_REGION, for example to eu-central-1.")
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError):
        return UnreachableError(f"{service} was not reached for {where}: try again later.")
    return BadAnswerError(f"{service} could not be used for {where}: {error}")
