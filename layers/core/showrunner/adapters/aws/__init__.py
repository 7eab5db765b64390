"""The ports on AWS, or on any endpoint that speaks its protocols."""

from showrunner.errors import SetupError

try:
    import botocore  # noqa: F401  asked for here, once, with a useful answer
except ModuleNotFoundError as error:
    raise SetupError(
        "The AWS home needs boto3, which is not installed: run pip install 'showrunner[aws]'."
    ) from error
