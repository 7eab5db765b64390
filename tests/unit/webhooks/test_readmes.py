import json
import re

import pytest

from tests.calls import REPOSITORY

READMES = sorted((REPOSITORY / "functions" / "webhooks").glob("*/README.md"))
EXAMPLE = re.compile(r"-d '(?P<body>.+)' http://\S+/webhooks/(?P<name>\w+)\n(?P<answer>\{.+\})")


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_the_example_of_a_readme_is_true(deliver, readme):
    """The curl line that a function's README shows is answered as it says, but for the ids."""
    example = EXAMPLE.search(readme.read_text(encoding="utf-8"))
    assert example is not None
    assert example["name"] == readme.parent.name
    expected = json.loads(example["answer"])

    status, answer = deliver(
        example["name"],
        example["body"],
        headers={"content-type": "application/x-www-form-urlencoded"},  # as curl calls it
    )

    assert status == 202
    assert len(answer.pop("events")) == len(expected.pop("events"))
    assert answer == expected
