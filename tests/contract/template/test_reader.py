"""What the harness makes of a template, and of one that is broken."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from showrunner.errors import SetupError
from showrunner.harness.template import Consumer, QueueSpec, Route, Schedule, load_template

HEAD = """
Parameters:
  Secret: { Type: String, Default: "" }
  MaxReceives: { Type: Number, Default: 5 }
Globals:
  Function:
    Timeout: 15
    Environment:
      Variables: { SECRET: !Ref Secret, QUEUE: !Ref TasksQueue, LEVEL: INFO }
Resources:
  TasksQueue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub ${AWS::StackName}-tasks
      VisibilityTimeout: 90
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: !Ref MaxReceives }
  Dead:
    Type: AWS::SQS::Queue
"""
FUNCTION = """
  OneFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/one
      Handler: main.handle_one
"""
EVENTS = """
      MemorySize: 256
      Environment: { Variables: { LEVEL: DEBUG } }
      Events:
        Get: { Type: HttpApi, Properties: { Method: get, Path: "/one/{proxy+}" } }
        Any: { Type: HttpApi, Properties: { Method: ANY, Path: /one } }
        Daily:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: cron(0 3 * * ? *)
            ScheduleExpressionTimezone: Europe/Berlin
        Tasks:
          Type: SQS
          Properties:
            Queue: !GetAtt TasksQueue.Arn
            BatchSize: 4
            FunctionResponseTypes: [ReportBatchItemFailures]
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a template beside a folder `functions/one` with its main.py."""
    for name in ("one", "two"):
        (tmp_path / "functions" / name).mkdir(parents=True)
        (tmp_path / "functions" / name / "main.py").touch()

    def written(text: str) -> Path:
        path = tmp_path / "template.yaml"
        path.write_text(text)
        return path

    return written


def test_a_function_is_read_with_what_globals_say(write: Write) -> None:
    """Own properties win over shared ones; names of cloud resources are no environment here."""
    (function,) = load_template(write(HEAD + FUNCTION + EVENTS)).functions
    assert (function.name, function.logical_id) == ("one", "OneFunction")
    assert function.source.is_file()
    assert (function.handler, function.timeout_seconds, function.memory_mb) == (
        "handle_one",
        15,
        256,
    )
    assert function.environment == {"SECRET": "", "LEVEL": "DEBUG"}


def test_events_become_routes_schedules_and_consumers(write: Write) -> None:
    """Each kind of event with all that the harness needs to serve it."""
    (function,) = load_template(write(HEAD + FUNCTION + EVENTS)).functions
    assert function.routes == (Route("GET", "/one/{proxy+}"), Route("ANY", "/one"))
    assert function.schedules == (Schedule("Daily", "cron(0 3 * * ? *)", "Europe/Berlin"),)
    assert function.consumes == (Consumer("tasks", 4, reports_failures=True),)


def test_a_queue_is_called_without_the_name_of_the_stack(write: Write) -> None:
    """Dead letter queues are part of the queue they serve, not queues of their own."""
    assert load_template(write(HEAD)).queues == (QueueSpec("tasks", 90, 5),)


def test_a_worker_is_declared_beside_the_functions(write: Write, tmp_path: Path) -> None:
    """What pulls by itself stands in the template's metadata."""
    workers = (
        "Workers: { Two: { CodeUri: functions/two, Handler: main.run, Queues: [TasksQueue] } }"
    )
    template = load_template(write(f"{HEAD}\nMetadata: {{ Showrunner: {{ {workers} }} }}"))
    (worker,) = template.workers
    assert (worker.name, worker.handler, worker.queues) == ("two", "run", ("tasks",))
    assert worker.source == tmp_path / "functions" / "two" / "main.py"


SECOND = FUNCTION.replace("One", "Two").replace("one", "two")
ROUTE = "      Events: { Get: { Type: HttpApi, Properties: { Method: GET, Path: /x } } }\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("a: }", "template.yaml line 1: ", id="bad yaml"),
        pytest.param("a: 1\nb: c: d", "template.yaml line 2: ", id="bad yaml further down"),
        pytest.param("", "holds no resources", id="empty"),
        pytest.param("Resources: [1, 2]", "cfn-lint template.yaml", id="not built as a template"),
        pytest.param(
            HEAD + FUNCTION.replace("functions/one", "functions/none"),
            "OneFunction: there is no functions/none/main.py",
            id="missing file",
        ),
        pytest.param(
            HEAD + FUNCTION.replace("      Handler: main.handle_one\n", ""),
            "OneFunction: Handler is missing",
            id="missing property",
        ),
        pytest.param(
            HEAD + FUNCTION + EVENTS.replace("TasksQueue.Arn", "Dead.Arn"),
            "OneFunction.Tasks: Dead is no queue with a RedrivePolicy",
            id="queue that is none of ours",
        ),
        pytest.param(
            HEAD + FUNCTION + EVENTS.replace("TasksQueue.Arn", "Nothing.Arn"),
            "OneFunction.Tasks: Nothing is neither a resource nor a parameter",
            id="unknown resource",
        ),
        pytest.param(
            HEAD + FUNCTION + "      Events: { Put: { Type: S3 } }\n",
            "OneFunction.Put: events of type S3 are not served at home",
            id="unknown event",
        ),
        pytest.param(
            HEAD + FUNCTION + "      Timeout: !If [A, 1, 2]\n",
            "OneFunction: Fn::If has no meaning at home",
            id="unknown intrinsic",
        ),
        pytest.param(
            HEAD + FUNCTION + "      Timeout: soon\n",
            "OneFunction: Timeout is 'soon': give a whole number",
            id="no number",
        ),
        pytest.param(
            HEAD + FUNCTION + ROUTE + SECOND + ROUTE,
            "OneFunction, TwoFunction: route GET /x is declared 2 times",
            id="route twice",
        ),
        pytest.param(
            HEAD + FUNCTION + SECOND.replace("handle_two", "handle_one"),
            "OneFunction, TwoFunction: handler handle_one is declared 2 times",
            id="handler twice",
        ),
        pytest.param(
            HEAD + FUNCTION + "      Environment: { Variables: { A: !Sub '${Dead}/x' } }\n",
            "OneFunction: ${Dead} is known only in the cloud",
            id="cloud name inside a text",
        ),
    ],
)
def test_a_broken_template_is_refused_in_one_line(text: str, complaint: str, write: Write) -> None:
    """The refusal says what, where, and what to do."""
    with pytest.raises(SetupError) as refused:
        load_template(write(text))
    assert complaint in refused.value.message
    assert "\n" not in refused.value.message
    assert "template.yaml" in refused.value.message


def test_a_template_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The refusal names the file."""
    with pytest.raises(SetupError, match=r"template\.yaml cannot be read"):
        load_template(tmp_path / "template.yaml")


def test_reading_is_fast_enough_to_reload_on_every_change(root: Path) -> None:
    """The real template is read within 100 ms of CPU (the best of three: others fill the heap)."""
    costs_seconds = []
    for _ in range(3):
        started = time.process_time()
        load_template(root / "template.yaml")
        costs_seconds.append(time.process_time() - started)
    assert min(costs_seconds) < 0.1
