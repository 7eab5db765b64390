"""Who may do what in the cloud."""

from collections.abc import Iterator
from typing import Any

import pytest

AWS_MANAGED = {
    # The translator adds these: writing to CloudWatch Logs and polling the queue that an
    # event names. Both are AWS's own and say "*" for the resource.
    "service-role/AWSLambdaBasicExecutionRole",
    "service-role/AWSLambdaSQSQueueExecutionRole",
}
MAY_BE_WIDE = {"SecretsKey"}
"""A key's own policy must say `kms:*` on `*` for the account's root: it means this key."""


def statements(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for logical_id, resource in document["Resources"].items():
        properties = resource.get("Properties", {})
        policy = properties.get("PolicyDocument") or properties.get("KeyPolicy") or {}
        for statement in policy.get("Statement", []):
            yield logical_id, statement


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allowed(document: dict[str, Any], logical_id: str) -> set[str]:
    """Every action that a function's policies allow."""
    named = document["Resources"][logical_id]["Properties"].get("Policies", [])
    policies = {policy["Ref"] for policy in named}
    return {
        action
        for owner, statement in statements(document)
        if owner in policies
        for action in as_list(statement["Action"])
    }


def test_nothing_is_allowed_wholesale(document: dict[str, Any]) -> None:
    """Every permission names its actions and its resources."""
    for logical_id, statement in statements(document):
        if statement["Effect"] != "Allow" or logical_id in MAY_BE_WIDE:
            continue
        wide = [action for action in as_list(statement["Action"]) if "*" in action]
        assert not wide, f"{logical_id} allows {wide}"
        assert "*" not in as_list(statement["Resource"]), f"{logical_id} allows it everywhere"


def test_roles_hold_our_policies_and_two_of_aws(
    document: dict[str, Any], translated: dict[str, Any]
) -> None:
    """What a role may do stands in this template, save for logs and the polling of its queue."""
    for logical_id, resource in translated.items():
        if resource["Type"] != "AWS::IAM::Role":
            continue
        for arn in resource["Properties"].get("ManagedPolicyArns", []):
            if "Ref" in arn:
                assert arn["Ref"] in document["Resources"]
            else:
                assert str(arn).split(":policy/")[1].split("'")[0] in AWS_MANAGED, logical_id
        for policy in resource["Properties"].get("Policies", []):
            (statement,) = policy["PolicyDocument"]["Statement"]
            assert statement["Action"] == "lambda:InvokeFunction"
            assert statement["Resource"] != "*"


TALK_TO_SERVERS = {
    "SyncsSessionsFunction",
    "SyncsHealthFunction",
    "ApiServersFunction",
    "ApiConnectionsFunction",
    "ApiPlexFunction",
    "ApiPlexWebhookFunction",
    "WebFunction",
}


def test_only_what_talks_to_servers_opens_their_keys(document: dict[str, Any]) -> None:
    """No webhook, query or consumer may, and none that answers without a token but the page."""
    functions = [
        logical_id
        for logical_id, resource in document["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    openers = [
        name
        for name in functions
        if {"Ref": "OpenSecrets"} in document["Resources"][name]["Properties"].get("Policies", [])
    ]
    assert set(openers) == TALK_TO_SERVERS


def test_a_webhook_opens_only_what_its_sender_shares(document: dict[str, Any]) -> None:
    """Every other permission to decrypt is tied to the purpose of webhooks."""
    for logical_id, statement in statements(document):
        if statement["Action"] == "kms:Decrypt" and logical_id not in ("OpenSecrets", "WorkFrames"):
            condition = statement["Condition"]["StringEquals"]
            assert condition == {"kms:EncryptionContext:purpose": "webhooks"}, logical_id


@pytest.mark.parametrize("name", ["QueriesActivityFunction", "ApiPreviewsFunction"])
def test_what_only_answers_only_reads(name: str, document: dict[str, Any]) -> None:
    """A query changes nothing."""
    reads = {"dynamodb:GetItem", "dynamodb:Query", "s3:GetObject", "s3:ListBucket"}
    assert allowed(document, name) <= reads


def test_health_may_do_nothing(document: dict[str, Any]) -> None:
    """The one address that is open to everybody reaches no data."""
    assert allowed(document, "ApiHealthFunction") == set()
