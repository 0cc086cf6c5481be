"""The service of one kept model: recommend, explain, health, over HTTP.

Everything that comes in is bounded: lengths of ids and histories, k, the bytes of a request. A mistake is answered with
4xx and one line. The page /docs is made here, so that no browser is sent anywhere else for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, ClassVar, Self, TypeVar

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bench.errors import BadConfig, BenchError, Unsupported
from bench.serving.body import BodyLimit
from bench.serving.cell import MOST, WORDS, Served, Who
from bench.serving.page import page
from bench.serving.people import Unknown
from bench.serving.sentences import sentences, unfounded

ID_LENGTH = 1000  # characters
HISTORY = 1000  # items of a newcomer
REASONS = 20
_LOCAL = ("127.0.0.1", "localhost")
T = TypeVar("T")
Id = Annotated[str, Field(min_length=1, max_length=ID_LENGTH)]
History = Annotated[list[Id], Field(min_length=1, max_length=HISTORY)]


class Asking(BaseModel):
    """Who asks: the id of a user in the data, or the history of a new one, ids of items, oldest first."""

    model_config = ConfigDict(extra="forbid")
    ways: ClassVar[tuple[str, ...]] = ("user", "history")
    user: Id | None = None
    history: History | None = None
    ratings: Annotated[list[float], Field(max_length=HISTORY)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(getattr(self, way) is not None for way in self.ways) != 1:
            *others, last = (f"`{way}`" for way in self.ways)
            told = {"ways": f"{', '.join(others)} or {last}"}
            raise PydanticCustomError("who", "expected {ways}, and only one of them", told)
        if self.ratings is not None and self.history is None:
            raise PydanticCustomError("ratings", "expected `ratings` only beside `history`")
        return self

    @property
    def who(self) -> Who:
        """As `Served` takes it."""
        return self.user if self.user is not None else self.history or []


class Recommend(Asking):
    """A question for a list: that of a user, of a history, or of a query in words."""

    ways: ClassVar[tuple[str, ...]] = ("user", "history", "query")
    query: Annotated[str, Field(min_length=1, max_length=WORDS)] | None = None
    k: Annotated[int, Field(ge=1, le=MOST)] = 10


class Explain(Asking):
    """A question why an item would be recommended."""

    item: Id
    n: Annotated[int, Field(ge=1, le=REASONS)] = 5


def service(served: Served, host: str = "127.0.0.1") -> FastAPI:
    """The application. On a loopback address it answers only requests that name one, whatever a web page arranges."""
    record, lock = served.record, threading.Lock()
    items = served.people.items
    app = FastAPI(
        title=f"RecMatrix: {record.label}",
        version=record.key[:12],
        description=f"{record.place}. One model, one user at a time.",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(_LOCAL) if host in _LOCAL else ["*"])
    app.add_exception_handler(RequestValidationError, _wrong_request)

    def answered(action: Callable[[], T]) -> T:
        with lock:  # a model is no more than one thread's at a time
            return _answered(record.label, action)

    def recommend(asked: Recommend) -> dict[str, Any]:
        words = asked.query
        if words is None:
            found = answered(lambda: served.recommend(asked.who, asked.k, asked.ratings))
        else:
            found = answered(lambda: served.ask(words, asked.k))
        return {"cell": record.key, "algorithm": record.label, "items": [asdict(one) for one in found]}

    def explain(asked: Explain) -> dict[str, Any]:
        why = answered(lambda: served.explain(asked.who, asked.item, asked.n, asked.ratings))
        text = sentences(why)
        wrong = unfounded(text, why, items.titles or items.ids)
        return {"cell": record.key, "algorithm": record.label, **asdict(why), "text": text, "unfounded": len(wrong)}

    @app.get("/health")
    def health() -> dict[str, Any]:
        """What is served."""
        size = {"users": len(served.people), "items": len(items)}
        return {"status": "ok", "cell": record.key, "algorithm": record.label, "place": record.place, **size}

    @app.get("/recommend")
    def recommend_to(asked: Annotated[Recommend, Query()]) -> dict[str, Any]:
        """The best k items for a user, a history (`history=ID` for each, oldest first), or a `query` in words."""
        return recommend(asked)

    @app.post("/recommend")
    def recommend_to_body(asked: Recommend) -> dict[str, Any]:
        """The same with JSON."""
        return recommend(asked)

    @app.get("/explain")
    def explain_to(asked: Annotated[Explain, Query()]) -> dict[str, Any]:
        """Items of the user's own history that speak for an item, the strongest first, and a sentence about them."""
        return explain(asked)

    @app.post("/explain")
    def explain_to_body(asked: Explain) -> dict[str, Any]:
        """The same with JSON."""
        return explain(asked)

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return HTMLResponse(page(app.openapi()), headers=policy)

    return app


def _answered(label: str, action: Callable[[], T]) -> T:
    """What the model says, or its refusal as an HTTP status with one line."""
    try:
        return action()
    except Unknown as error:
        raise HTTPException(404, str(error)) from None
    except (BadConfig, Unsupported) as error:
        raise HTTPException(400, str(error)) from None
    except Exception as error:  # whatever an algorithm raises
        told = str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"
        raise HTTPException(500, f"{label} failed: {' '.join(told.split())[:500]}") from None


async def _wrong_request(_: Request, error: Exception) -> JSONResponse:
    """All that is wrong with a request, in one line, without what it sent."""
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    told = [f"{'.'.join(map(str, one['loc'][1:])) or one['loc'][0]}: {one['msg']}" for one in problems[:5]]
    return JSONResponse({"detail": "; ".join(told)[:1000]}, 422)
