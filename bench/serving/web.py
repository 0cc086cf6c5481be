"""The service of one kept model: recommend, explain, health, over HTTP.

Everything that comes in is bounded: lengths of ids and histories, k, the bytes of a request. A mistake is answered with
4xx and one line. The page /docs is made here, so that no browser is sent anywhere else for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bench.errors import BadConfig, BenchError, Unsupported
from bench.serving.asking import Explain, Recommend
from bench.serving.body import BodyLimit
from bench.serving.cell import Served
from bench.serving.page import page
from bench.serving.people import Unknown
from bench.serving.writing import Teller

_LOCAL = ("127.0.0.1", "localhost")
T = TypeVar("T")


def service(served: Served, host: str = "127.0.0.1", teller: Teller | None = None) -> FastAPI:
    """The application; without a `teller` the template words the reasons.

    On a loopback address it answers only requests that name one, whatever a web page arranges.
    """
    record, routes = served.record, _Routes(served, teller or Teller(None, served.titles))
    app = FastAPI(
        title=f"RecMatrix: {record.label}",
        version=record.key[:12],
        description=f"{record.place}. One model, one user at a time. Reasons are worded by: {routes.teller.by}.",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(_LOCAL) if host in _LOCAL else ["*"])
    app.add_exception_handler(RequestValidationError, _wrong_request)
    app.get("/health")(routes.health)
    app.get("/recommend")(routes.recommend)
    app.post("/recommend")(routes.recommend_to_body)
    app.get("/explain")(routes.explain)
    app.post("/explain")(routes.explain_to_body)

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return HTMLResponse(page(app.openapi()), headers=policy)

    return app


class _Routes:
    """What is answered; the docstring of each route is its description for whoever asks.

    The model and the writer have a lock each, for neither is more than one thread's at a time. Who waits for one holds
    no thread, so that a sentence that takes seconds keeps nobody from a list, nor from /health.
    """

    def __init__(self, served: Served, teller: Teller) -> None:
        self.served, self.teller = served, teller
        self.cell = {"cell": served.record.key, "algorithm": served.record.label}
        self._model, self._writer = asyncio.Lock(), asyncio.Lock()

    async def health(self) -> dict[str, Any]:
        """What is served, who words the reasons (`writer`), and what became of the `sentences` of a language model.

        They were `written`, or `caught` naming what was not given, or `said_nothing` of the item.
        """
        size = {"users": len(self.served.people), "items": len(self.served.titles)}
        told = {"writer": self.teller.by, "sentences": self.teller.counts}
        return {"status": "ok", **self.cell, "place": self.served.record.place, **size, **told}

    async def recommend(self, asked: Annotated[Recommend, Query()]) -> dict[str, Any]:
        """The best k items for a user, a history (`history=ID` for each, oldest first), or a `query` in words."""
        words, served = asked.query, self.served
        if words is None:
            found = await self._of_model(lambda: served.recommend(asked.who, asked.k, asked.ratings))
        else:
            found = await self._of_model(lambda: served.ask(words, asked.k))
        return {**self.cell, "items": [asdict(one) for one in found]}

    async def recommend_to_body(self, asked: Recommend) -> dict[str, Any]:
        """The same with JSON."""
        return await self.recommend(asked)

    async def explain(self, asked: Annotated[Explain, Query()]) -> dict[str, Any]:
        """Items of the user's own history that speak for an item, the strongest first, and a sentence about them.

        `by` says who worded the `text`: a language model by its name, or the `template`, which speaks where there is no
        model, and in its place where it names what was not given or says nothing of the item.
        """
        why = await self._of_model(lambda: self.served.explain(asked.who, asked.item, asked.n, asked.ratings))
        told = await _alone(self._writer, self.teller.by, lambda: self.teller(why))
        return {**self.cell, **asdict(why), **asdict(told)}

    async def explain_to_body(self, asked: Explain) -> dict[str, Any]:
        """The same with JSON."""
        return await self.explain(asked)

    async def _of_model(self, action: Callable[[], T]) -> T:
        return await _alone(self._model, self.served.record.label, action)


async def _alone(lock: asyncio.Lock, name: str, action: Callable[[], T]) -> T:
    """What comes of an action in a thread, when it is its turn."""
    async with lock:
        return await run_in_threadpool(_answered, name, action)


def _answered(name: str, action: Callable[[], T]) -> T:
    """What `name` says, or its refusal as an HTTP status with one line."""
    try:
        return action()
    except Unknown as error:
        raise HTTPException(404, str(error)) from None
    except (BadConfig, Unsupported) as error:
        raise HTTPException(400, str(error)) from None
    except Exception as error:  # whatever an algorithm or a writer raises
        told = str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"
        raise HTTPException(500, f"{name} failed: {' '.join(told.split())[:500]}") from None


async def _wrong_request(_: Request, error: Exception) -> JSONResponse:
    """All that is wrong with a request, in one line, without what it sent."""
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    told = [f"{'.'.join(map(str, one['loc'][1:])) or one['loc'][0]}: {one['msg']}" for one in problems[:5]]
    return JSONResponse({"detail": "; ".join(told)[:1000]}, 422)
