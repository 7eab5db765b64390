"""Refusals that name the field; none repeats what was sent."""

from pydantic import ValidationError

from showrunner.errors import InvalidInputError


def wrong_field(field: str, problem: str) -> InvalidInputError:
    """A refusal of one field; `problem` is the rest of the sentence."""
    fields = [{"field": field, "problem": problem}]
    return InvalidInputError(f"Field {field}: {problem}.", details={"fields": fields})


_UNKNOWN = "extra_forbidden"


def wrong_fields(error: ValidationError, *, within: str = "") -> InvalidInputError:
    """A refusal of every field that a model did not take; `within` is the field that holds it."""
    fields = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        place = ".".join(str(part) for part in (within, *problem["loc"]) if part != "")
        said = "nothing here has this name" if problem["type"] == _UNKNOWN else problem["msg"]
        fields.append({"field": place or "body", "problem": said})
    message = f"Field {fields[0]['field']}: {fields[0]['problem']}."
    return InvalidInputError(message, details={"fields": fields})
