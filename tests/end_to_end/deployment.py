"""Deploys the real template, as `sam deploy` does: upload what it names, then create the stack."""

import io
import json
import os
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from showrunner.harness.intrinsics import read_yaml
from showrunner.harness.template import load_template

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
REGION = "us-east-1"


@dataclass(frozen=True)
class Account:
    """An endpoint that acts like AWS, and whose keys to use there."""

    endpoint: str
    access_key: str
    secret_key: str

    def client(self, service: str) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]  # a name that is not known beforehand
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": REGION,
        }


class Deployment:
    """A stack that is there. `api` is the address of its HTTP API."""

    def __init__(self, account: Account, stack_name: str) -> None:
        self.account = account
        self._stack_name = stack_name
        cloudformation = account.client("cloudformation")
        found = cloudformation.describe_stack_resources(StackName=stack_name)["StackResources"]
        self._ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}
        (stack,) = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
        self.api = f"{account.endpoint}/_aws/execute-api/{self._ids['Api']}/$default"

    @property
    def worker_environment(self) -> dict[str, str]:
        """The output that an owner saves as the worker's environment file."""
        lines = self.outputs["WorkerEnvironment"].splitlines()
        return dict(line.split("=", 1) for line in lines)

    def invoke(self, logical_id: str, event: dict[str, Any]) -> Any:
        answer = self.account.client("lambda").invoke(
            FunctionName=self._ids[logical_id], Payload=json.dumps(event)
        )
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        return payload

    def new_worker_account(self) -> Account:
        """Keys of a new user that may do what the stack's policy for workers allows."""
        iam, name = self.account.client("iam"), f"{self._stack_name}-worker"
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn=self.outputs["WorkerPolicy"])
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Account(self.account.endpoint, key["AccessKeyId"], key["SecretAccessKey"])

    def add_routes_that_were_left_out(self) -> None:
        """MiniStack makes an HTTP API without the routes of its OpenAPI body: add them."""
        gateway, functions = self.account.client("apigatewayv2"), self.account.client("lambda")
        if gateway.get_routes(ApiId=self._ids["Api"])["Items"]:
            return
        for function in load_template(TEMPLATE).functions:
            found = functions.get_function(FunctionName=self._ids[function.logical_id])
            integration = gateway.create_integration(
                ApiId=self._ids["Api"],
                IntegrationType="AWS_PROXY",
                IntegrationUri=found["Configuration"]["FunctionArn"],
                PayloadFormatVersion="2.0",
            )
            for route in function.routes:
                gateway.create_route(
                    ApiId=self._ids["Api"],
                    RouteKey=f"{route.method} {route.path}",
                    Target=f"integrations/{integration['IntegrationId']}",
                )

    def log(self) -> str:
        """What the functions wrote last: the reason of most failures of a test."""
        logs = self.account.client("logs")
        events = logs.filter_log_events(logGroupName=self._ids["FunctionsLog"])["events"]
        return "\n".join(event["message"] for event in events[-100:])

    def wait_for(self, what: Callable[[], Any], *, within_seconds: float = 120) -> Any:
        """What `what` gives as soon as that is something."""
        deadline = time.monotonic() + within_seconds
        while not (found := what()):
            assert time.monotonic() < deadline, f"waited for it in vain:\n{self.log()}"
            time.sleep(0.3)
        return found


def build_layers(folder: Path, *, for_this_machine: bool) -> None:
    command = [sys.executable, str(ROOT / "local" / "build-layers"), "--output", str(folder)]
    if for_this_machine:
        command.append("--for-this-machine")
    subprocess.run(command, check=True)


def deploy(
    account: Account,
    layers: Path,
    parameters: dict[str, str],
    adapt: Callable[[dict[str, Any]], None],
) -> Deployment:
    """A new stack from the template, after `adapt` fitted it to the emulator."""
    stack_name = f"showrunner-{uuid.uuid4().hex[:8]}"
    cloudformation = account.client("cloudformation")
    document = _packaged(account, layers, f"{stack_name}-code")
    adapt(document)
    cloudformation.create_stack(
        StackName=stack_name,
        TemplateURL=_uploaded(account, document, f"{stack_name}-code"),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
    )
    while True:
        (stack,) = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            break
        time.sleep(0.3)
    events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", [
        (event["LogicalResourceId"], event.get("ResourceStatusReason"))
        for event in events
        if "FAILED" in event["ResourceStatus"]
    ]
    return Deployment(account, stack_name)


def _uploaded(account: Account, document: dict[str, Any], bucket: str) -> str:
    """Where the template lies now: a request's body holds 51,200 bytes at most."""
    s3 = account.client("s3")
    s3.put_object(Bucket=bucket, Key="template.json", Body=json.dumps(document).encode())
    return f"{s3.meta.endpoint_url}/{bucket}/template.json"


def _packaged(account: Account, layers: Path, bucket: str) -> dict[str, Any]:
    """The template with its folders uploaded and named by their place in S3."""
    s3 = account.client("s3")
    s3.create_bucket(Bucket=bucket)
    document = read_yaml(TEMPLATE)
    for logical_id, resource in document["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            name, folder = "CodeUri", ROOT / properties["CodeUri"]
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            name, folder = "ContentUri", layers / Path(properties["ContentUri"]).name
        else:
            continue
        s3.put_object(Bucket=bucket, Key=logical_id, Body=_zipped(folder))
        properties[name] = f"s3://{bucket}/{logical_id}"
    return document


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return buffer.getvalue()


def given_endpoint() -> str | None:
    """Of an emulator that somebody runs already, or of none."""
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        return endpoint
    host = os.environ.get("LOCALSTACK_HOST")
    return f"http://{host if ':' in host else f'{host}:4566'}" if host else None
