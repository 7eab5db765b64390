from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from showrunner.adapters.aws.errors import aws_errors, error_code
from showrunner.adapters.blob_keys import check_blob_key, is_blob_key
from showrunner.errors import ConflictError
from showrunner.ports.blobs import Blob, BlobInfo

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NOTHING_THERE = {"NoSuchKey", "404"}


class S3Blobs:
    """
    Blobs in a bucket, each under `prefix` + key (`prefix` "" or like `showrunner/`).

    The etag is S3's, without its quotation marks. The role needs s3:ListBucket:
    without it, S3 answers "access denied" for what is merely absent.
    """

    def __init__(self, bucket: str, prefix: str, client: "S3Client") -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._client: Any = client

    def put(self, key: str, data: bytes, *, etag: str | None = None) -> BlobInfo:
        condition = (
            {} if etag is None else {"IfMatch": f'"{etag}"'} if etag else {"IfNoneMatch": "*"}
        )
        with self._errors(key):
            try:
                answer = self._client.put_object(**self._address(key), Body=data, **condition)
            except ClientError as error:
                # IfMatch where nothing is gives "no such key" instead of "precondition failed".
                if error_code(error) in _NOTHING_THERE:
                    raise ConflictError(
                        f"Blob {key} was deleted meanwhile: read it again, then write."
                    ) from error
                raise
        # S3 gives no time of modification here; its date of answering is that, to the second.
        moment = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        return BlobInfo(key, len(data), answer["ETag"].strip('"'), moment.astimezone(UTC))

    def get(self, key: str) -> Blob | None:
        address = self._address(key)
        with self._errors(key):
            answer = _unless_absent(self._client.get_object, address)
            return Blob(answer["Body"].read(), _info(key, answer)) if answer else None

    def stat(self, key: str) -> BlobInfo | None:
        address = self._address(key)
        with self._errors(key):
            answer = _unless_absent(self._client.head_object, address)
            return _info(key, answer) if answer else None

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        with self._errors(f"{prefix}*"):
            for page in pages:
                for entry in page.get("Contents", []):
                    key = entry["Key"].removeprefix(self._prefix)
                    if is_blob_key(key):
                        yield _info(key, {**entry, "ContentLength": entry["Size"]})

    def delete(self, key: str) -> None:
        with self._errors(key):
            self._client.delete_object(**self._address(key))

    def _address(self, key: str) -> dict[str, str]:
        check_blob_key(key)
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _errors(self, key: str) -> AbstractContextManager[None]:
        return aws_errors("s3", f"s3://{self._bucket}/{self._prefix}{key}")


def _unless_absent(call: Any, address: dict[str, str]) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = call(**address)
    except ClientError as error:
        if error_code(error) in _NOTHING_THERE:
            return None
        raise
    return answer


def _info(key: str, facts: dict[str, Any]) -> BlobInfo:
    moment = facts["LastModified"].astimezone(UTC)
    return BlobInfo(key, facts["ContentLength"], facts["ETag"].strip('"'), moment)
