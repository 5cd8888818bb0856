"""The checks that a feature's definition must pass, so that a mistake is found when the file is loaded.

Called by `Feature` itself. Nothing here runs a feature, reads a prompt or knows which models and corpora exist.
"""

import inspect
import re
from collections.abc import Iterable
from typing import get_args, get_origin

from pydantic import BaseModel

from plimsoll.errors import InvalidFeature, nearest_name, one_of
from plimsoll.features.models import Quote
from plimsoll.features.retrieval import Retrieval

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_QUERY_FIELDS = ("text", "question", "query")


def is_feature_name(name: str) -> bool:
    """Tell whether a feature can have this name: lower_snake_case of at most 64 characters."""
    return _NAME.fullmatch(name) is not None


def check_name(name: object) -> None:
    """Refuse a name that is not lower_snake_case of at most 64 characters."""
    if isinstance(name, str) and is_feature_name(name):
        return
    raise InvalidFeature(
        f"{name!r} cannot be the name of a feature: it needs 1 to 64 lower-case letters, digits and underscores, "
        "beginning with a letter.",
        next_step="Rename it, e.g. 'docs_answer'.",
    )


def check_models(name: str, **models: object) -> None:
    """Refuse an input or output that is not a Pydantic model."""
    for role, model in models.items():
        if not (inspect.isclass(model) and issubclass(model, BaseModel)):
            raise InvalidFeature(
                f"Feature {name!r}: {role}={model!r} is not a Pydantic model.",
                next_step=f"Declare `class {role.title()}(BaseModel): ...` and pass the class.",
            )


def check_bounds(name: str, timeout_seconds: float) -> None:
    """Refuse a deadline that is not a positive number of seconds, an hour at most."""
    longest = 3_600
    if not 0 < timeout_seconds <= longest:
        raise InvalidFeature(
            f"Feature {name!r}: timeout_seconds={timeout_seconds!r} is not between 0 and {longest}.",
            next_step="Give the whole request a deadline in seconds, e.g. timeout_seconds=30.",
        )


def check_quotes(name: str, output: type[BaseModel]) -> None:
    """Refuse an output model of a retrieving feature that has no place for its quotations."""
    fields = output.model_fields
    quotes = fields.get("quotes")
    if "answer" in fields and quotes is not None and _is_quote_list(quotes.annotation):
        return
    raise InvalidFeature(
        f"Feature {name!r} retrieves passages, so its output {output.__name__} needs the fields `answer: str` and "
        f"`quotes: list[Quote]`; it has {one_of(fields) or 'none'}.",
        next_step="Use `from plimsoll.features import Answer`, or add the fields.",
    )


def query_field(name: str, *, model: type[BaseModel], retrieval: Retrieval | None) -> str:
    """Return which text field of the input is the question: the declared one, or the only candidate."""
    texts = [field for field, spec in model.model_fields.items() if spec.annotation is str]
    if retrieval is not None and retrieval.query:
        return _declared_query(name, query=retrieval.query, texts=texts)
    if len(texts) == 1:
        return texts[0]
    usual = [field for field in _QUERY_FIELDS if field in texts]
    if usual:
        return usual[0]
    raise InvalidFeature(
        f"Feature {name!r}: which field of {model.__name__} is the question is not clear: "
        f"its text fields are {one_of(texts) or 'none'}.",
        next_step="Name it: Retrieval(..., query='...').",
    )


def check_conversation(name: str, *, model: type[BaseModel], retrieval: Retrieval) -> None:
    """Refuse a conversation that is no field of the input."""
    if not retrieval.conversation or retrieval.conversation in model.model_fields:
        return
    near = nearest_name(retrieval.conversation, model.model_fields)
    hint = f" Did you mean {near!r}?" if near else ""
    raise InvalidFeature(
        f"Feature {name!r}: Retrieval(conversation={retrieval.conversation!r}) is not a field of its input; those are "
        f"{one_of(model.model_fields)}.{hint}",
        next_step="Name one of them, or leave it out.",
    )


def _declared_query(name: str, *, query: str, texts: Iterable[str]) -> str:
    known = list(texts)
    if query in known:
        return query
    near = nearest_name(query, known)
    hint = f" Did you mean {near!r}?" if near else ""
    raise InvalidFeature(
        f"Feature {name!r}: Retrieval(query={query!r}) is not a text field of its input; those are "
        f"{one_of(known) or 'none'}.{hint}",
        next_step="Name one of them.",
    )


def _is_quote_list(annotation: object) -> bool:
    if get_origin(annotation) not in {list, tuple}:
        return False
    item = get_args(annotation)[0]
    return inspect.isclass(item) and issubclass(item, BaseModel) and set(Quote.model_fields) <= set(item.model_fields)
