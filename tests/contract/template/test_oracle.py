"""The harness's reading of the template against that of AWS's own translator."""

from collections.abc import Iterator
from typing import Any

from showrunner.harness.template import Template

Resources = dict[str, Any]


def of_type(translated: Resources, kind: str) -> dict[str, Any]:
    return {
        logical_id: resource["Properties"]
        for logical_id, resource in translated.items()
        if resource["Type"] == kind
    }


def test_functions_agree_with_the_translator(template: Template, translated: Resources) -> None:
    """The same functions, with the same entry, limits and plain variables."""
    expected = {
        logical_id: (
            function["Handler"],
            function["Timeout"],
            function["MemorySize"],
            {
                name: value
                for name, value in function["Environment"]["Variables"].items()
                if isinstance(value, str)
            },
        )
        for logical_id, function in of_type(translated, "AWS::Lambda::Function").items()
    }
    # The translator leaves these to CloudFormation.
    parameters = {"SHOWRUNNER_MAX_RECEIVES", "WEB_AUTH_TOKEN_SHA256", "WEBHOOK_SECRET_SHA256"}
    parameters |= {"SHOWRUNNER_GEOIP_FILE"}
    assert expected == {
        function.logical_id: (
            f"{function.source.stem}.{function.handler}",
            function.timeout_seconds,
            function.memory_mb,
            {name: value for name, value in function.environment.items() if name not in parameters},
        )
        for function in template.functions
    }


def test_routes_agree_with_the_translator(template: Template, translated: Resources) -> None:
    """The same methods and paths lead to the same functions."""
    assert set(routes_in(translated)) == {
        (route.method, route.path, function.logical_id)
        for function in template.functions
        for route in function.routes
    }


def routes_in(translated: Resources) -> Iterator[tuple[str, str, str]]:
    (api,) = of_type(translated, "AWS::ApiGatewayV2::Api").values()
    for path, methods in api["Body"]["paths"].items():
        for method, operation in methods.items():
            target = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            logical_id = target.split("${")[-1].split(".Arn}")[0]
            known_as = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            yield known_as, path, logical_id


def test_schedules_agree_with_the_translator(template: Template, translated: Resources) -> None:
    """The same expressions fire the same functions."""
    expected = {
        (schedule["ScheduleExpression"], schedule["Target"]["Arn"]["Fn::GetAtt"][0])
        for schedule in of_type(translated, "AWS::Scheduler::Schedule").values()
    }
    assert expected == {
        (schedule.expression, function.logical_id)
        for function in template.functions
        for schedule in function.schedules
    }
    assert expected


def test_consumers_agree_with_the_translator(template: Template, translated: Resources) -> None:
    """The same functions consume the same queues in the same manner."""
    queues = of_type(translated, "AWS::SQS::Queue")
    expected = {
        (
            source["FunctionName"]["Ref"],
            queues[source["EventSourceArn"]["Fn::GetAtt"][0]]["QueueName"]["Fn::Sub"],
            source["BatchSize"],
            "ReportBatchItemFailures" in source["FunctionResponseTypes"],
        )
        for source in of_type(translated, "AWS::Lambda::EventSourceMapping").values()
    }
    assert expected == {
        (
            function.logical_id,
            "${AWS::StackName}-" + consumer.queue,
            consumer.batch_size,
            consumer.reports_failures,
        )
        for function in template.functions
        for consumer in function.consumes
    }
    assert expected


def test_queues_agree_with_the_translator(template: Template, translated: Resources) -> None:
    """Every queue that sets messages aside is known, and so is how long a delivery is hidden."""
    expected = {
        (queue["QueueName"]["Fn::Sub"], queue["VisibilityTimeout"])
        for queue in of_type(translated, "AWS::SQS::Queue").values()
        if "RedrivePolicy" in queue
    }
    assert expected == {
        ("${AWS::StackName}-" + queue.name, queue.visibility_seconds) for queue in template.queues
    }
