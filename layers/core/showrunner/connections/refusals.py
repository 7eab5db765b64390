"""Refusals that name the field; none repeats what was sent."""

from pydantic import ValidationError

from showrunner.errors import InvalidInputError


def wrong_field(field: str, problem: str) -> InvalidInputError:
    """A refusal of one field; `problem` is the rest of the sentence."""
    fields = [{"field": field, "problem": problem}]
    return InvalidInputError(f"Field {field}: {problem}.", details={"fields": fields})


def wrong_fields(error: ValidationError, *, within: str = "") -> InvalidInputError:
    """A refusal of every field that a model did not take; `within` is the field that holds it."""
    fields = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        place = ".".join(str(part) for part in (within, *problem["loc"]) if part != "")
        fields.append({"field": place or "body", "problem": problem["msg"]})
    message = f"Field {fields[0]['field']}: {fields[0]['problem']}."
    return InvalidInputError(message, details={"fields": fields})
