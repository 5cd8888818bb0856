"""The answer of a feature as one JSON object, in the shape that the command line and HTTP share."""

from pydantic import BaseModel

from plimsoll.features import Result


def write_answer(result: Result[BaseModel]) -> dict[str, object]:
    """Return the result as a JSON object: outcome, answer in plain words, citations, trace id and the rest.

    `answer` is the value's field of that name, or its JSON text where it has none; None without a value.
    """
    return {"outcome": result.outcome.value, "answer": _plain_answer(result.value), **result.to_json()}


def _plain_answer(value: BaseModel | None) -> str | None:
    if value is None:
        return None
    answer: object = getattr(value, "answer", None)
    return answer if isinstance(answer, str) else value.model_dump_json()
