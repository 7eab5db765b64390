"""How answers of servers are read: what they leave out or spell oddly is as good as unknown."""

from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)


class Tolerant(BaseModel):
    """
    An object in which a field that does not fit counts as left out.

    Only what a field without a default says must fit. Not for frames around lists:
    a list that cannot be read is no empty list.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True, extra="ignore", frozen=True)

    @model_validator(mode="wrap")
    @classmethod
    def _without_misfits(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            misfits = {one["loc"][0] for one in error.errors() if one["loc"]}
            if not isinstance(data, dict) or not misfits & set(data):
                raise
            return handler({name: value for name, value in data.items() if name not in misfits})
