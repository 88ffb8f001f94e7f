"""The FastAPI application: predictions, saliency, models, health, metrics, documentation, and a page for people."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Scope

from sparkdl4j import errors
from sparkdl4j.jvm.jar import package_version
from sparkdl4j.jvm.serving import Answer, ServedModels
from sparkdl4j.report import overlay, png
from sparkdl4j.serving import documentation, error_answer, page
from sparkdl4j.serving.body import ClientGoneError, HeldBytes
from sparkdl4j.serving.gate import Gate
from sparkdl4j.serving.json_log import JsonLog
from sparkdl4j.serving.limits import ServingLimits
from sparkdl4j.serving.metrics import Metrics
from sparkdl4j.serving.pictures import Pictures, pictures
from sparkdl4j.serving.predictor import Predictor, busy

_PREDICT, _INVOCATIONS = "/predict", "/invocations"
_PREDICTIONS = "predictions"
_PROBABILITIES = "probabilities"
# It takes as long as hundreds of predictions, and DL4J's memory for all layers.
_SALIENCY_AT_ONCE = 1
_SALIENCY_WAITING = 8

ModelName = Annotated[
    str | None, Query(alias="model", description="name of the model; the first one where it is left out")
]
Top = Annotated[
    int, Query(ge=0, le=100_000, description="list only so many labels, the most probable first; 0 lists all in order")
]
Label = Annotated[str | None, Query(description="the class to look for; the most probable one where it is left out")]


class Server:
    """Models behind an ASGI application.

    Args:
        files: model files by name; the first is the one that answers where no name is given.
        limits: what is refused.
        batching: options of the group "batching".
        token: that requests must bear; None for none.
        log: where events are written.

    Raises:
        SparkDl4jError: as loading a model does.
    """

    def __init__(
        self,
        files: Mapping[str, Path],
        *,
        limits: ServingLimits,
        batching: Mapping[str, Any],
        token: str | None,
        log: JsonLog,
    ) -> None:
        self.files = dict(files)
        self.limits = limits
        self.log = log
        self.is_stopping = False
        self.models = ServedModels(batching)
        for name, file in files.items():
            started = time.perf_counter()
            self.models.add(name, file)
            log.event("info", "loaded", model=name, file=str(file), seconds=round(time.perf_counter() - started, 3))
        self.metrics = Metrics(self.models, files)
        self._predictor = Predictor(self.models, limits.predict_timeout)
        self._held = HeldBytes(limits)
        self._saliency_turn = asyncio.Semaphore(_SALIENCY_AT_ONCE)
        self._saliency_waiting = 0
        self._reloading = {name: asyncio.Lock() for name in files}
        self.app: ASGIApp = Gate(self._application(), self._require_room, limits, token, self.metrics, log)

    def close(self) -> None:
        """Ends what it has started, after everything that was asked for is answered."""
        self.models.close()
        self._predictor.stop()

    async def reload_all(self) -> None:
        """Reads all model files again; those that cannot be read stay what they were."""
        for name in self.files:
            with contextlib.suppress(errors.SparkDl4jError):
                await self.reload(name)

    async def reload(self, name: str) -> None:
        """Reads a model's file again, while the old one goes on predicting.

        Raises:
            SparkDl4jError: as loading does; the old one stays.
        """
        async with self._reloading[name]:
            started = time.perf_counter()
            try:
                await asyncio.to_thread(self.models.reload, name)
            except errors.SparkDl4jError as problem:
                self.metrics.reloads.labels(name, "failed").inc()
                self.log.event("error", "reload", model=name, code=problem.code, message=str(problem))
                raise
            self.metrics.reloads.labels(name, "done").inc()
            self.log.event("info", "reload", model=name, seconds=round(time.perf_counter() - started, 3))

    # ------------------------------------------------------------------ requests

    def _require_room(self, scope: Scope) -> None:
        """Refuses what would be refused anyhow, before routes and body: the many that are too many cost least so."""
        if scope["method"] != "POST" or scope["path"] not in (_PREDICT, _INVOCATIONS):
            return
        name = QueryParams(scope["query_string"]).get("model") if scope["path"] == _PREDICT else None
        if name is None or name in self.files:
            self._predictor.require_room(self._model(name))

    async def _predict(self, request: Request, name: str | None, form: str, top: int) -> Response:
        model = self._model(name)
        log = request.scope["state"]["log"]
        with self._held.share() as share:
            body = await share.read(request)
            given = self._pictures(request, body)
            log.update(model=model, bytes=len(body), pictures=len(given))
            answer = await self._predictor.predict(model, given.content, given.bounds, form, top)
        if answer.problems:
            log["problems"] = answer.problems
        if answer.error_code is not None:
            log["code"] = answer.error_code
        return _response(answer)

    async def _saliency(self, request: Request, name: str | None, label: str | None) -> Response:
        model = self._model(name)
        with self._held.share() as share:
            given = self._pictures(request, await share.read(request))
            if self._saliency_waiting >= _SALIENCY_WAITING:
                raise busy("too many pictures wait to be explained", 1)
            self._saliency_waiting += 1
            try:
                async with self._saliency_turn:
                    pixels, seen, found = await asyncio.to_thread(self.models.saliency, model, given.first(), label)
                    content = await asyncio.to_thread(lambda: png.encode(overlay.overlay(pixels, seen)))
            finally:
                self._saliency_waiting -= 1
        request.scope["state"]["log"].update(model=model, label=found)
        return Response(content, media_type="image/png")

    def _pictures(self, request: Request, body: bytes) -> Pictures:
        return pictures(request.headers.get("content-type", ""), body, most=self.limits.max_pictures)

    def _model(self, name: str | None) -> str:
        if name is None:
            return next(iter(self.files))
        if name not in self.files:
            raise errors.error("MODEL_UNKNOWN", f"there is no model of this name: there are {', '.join(self.files)}")
        return name

    def _description(self, name: str) -> dict[str, Any]:
        return {"name": name, **self.models.describe(name), "statistics": self.models.statistics(name)}

    # ------------------------------------------------------------------ errors

    async def _tell(self, request: Request, problem: Exception) -> Response:
        assert isinstance(problem, errors.SparkDl4jError)
        return self._told(request, problem)

    async def _tell_unknown_route(self, request: Request, problem: Exception) -> Response:
        assert isinstance(problem, HTTPException)
        words = (
            f"{request.method} is not for this path" if problem.status_code == 405 else "there is nothing at this path"
        )
        response = self._told(request, errors.error("ROUTE_UNKNOWN", f"{words}: see /docs"))
        response.status_code = problem.status_code
        response.headers.update(problem.headers or {})
        return response

    async def _tell_invalid(self, request: Request, problem: Exception) -> Response:
        assert isinstance(problem, RequestValidationError)
        first = problem.errors()[0]
        name = str(first["loc"][-1])
        return self._told(request, errors.error("PARAMETER_RANGE", f"{name}: {first['msg']}", parameter=name))

    async def _tell_nobody(self, request: Request, problem: Exception) -> Response:
        # For the log alone, as nginx has it.
        return Response(status_code=499)

    async def _tell_unexpected(self, request: Request, problem: Exception) -> Response:
        # The gate is told of the problem itself, and logs it.
        status, body, headers = error_answer.of(error_answer.unexpected())
        return Response(body, status_code=status, headers=_texts(headers))

    def _told(self, request: Request, problem: errors.SparkDl4jError) -> Response:
        status, body, headers = error_answer.of(problem)
        request.scope["state"]["log"]["code"] = problem.code
        if status == 500:
            self.log.failure(problem, path=request.url.path)
        return Response(body, status_code=status, headers=_texts(headers))

    # ------------------------------------------------------------------ routes

    def _application(self) -> FastAPI:
        @contextlib.asynccontextmanager
        async def run(_: FastAPI) -> AsyncIterator[None]:
            self._predictor.start(asyncio.get_running_loop())
            yield

        app = FastAPI(
            title="sparkdl4j",
            version=package_version(),
            description=documentation.DESCRIPTION,
            docs_url=None,
            redoc_url=None,
            lifespan=run,
        )
        app.add_exception_handler(errors.SparkDl4jError, self._tell)
        app.add_exception_handler(HTTPException, self._tell_unknown_route)
        app.add_exception_handler(RequestValidationError, self._tell_invalid)
        app.add_exception_handler(ClientGoneError, self._tell_nobody)
        app.add_exception_handler(Exception, self._tell_unexpected)

        @app.post(_PREDICT, tags=["pictures"], openapi_extra=documentation.PICTURES, responses=documentation.PREDICTED)
        async def predict(request: Request, model: ModelName = None, top: Top = 0) -> Response:
            """Predicts the classes of one picture or many, of which some may be damaged."""
            return await self._predict(request, model, _PREDICTIONS, top)

        @app.post(
            _INVOCATIONS, tags=["pictures"], openapi_extra=documentation.PICTURES, responses=documentation.PROBABILITIES
        )
        async def invocations(request: Request) -> Response:
            """SageMaker's prediction: a list of probabilities, in the order of the labels."""
            return await self._predict(request, None, _PROBABILITIES, 0)

        @app.post(
            "/saliency", tags=["pictures"], openapi_extra=documentation.PICTURES, responses=documentation.SALIENCY
        )
        async def saliency(request: Request, model: ModelName = None, label: Label = None) -> Response:
            """Where in a picture a class is seen (Grad-CAM), as a picture of heat."""
            return await self._saliency(request, model, label)

        @app.get("/models", tags=["models"])
        async def models() -> list[dict[str, Any]]:
            """The models: names, labels, size of their pictures, statistics."""
            return [self._description(name) for name in self.files]

        @app.get("/models/{name}", tags=["models"], responses=documentation.ERRORS)
        async def model(name: str) -> dict[str, Any]:
            """One of the models."""
            return self._description(self._model(name))

        @app.post("/models/{name}/reload", tags=["models"], responses=documentation.ERRORS)
        async def reload(name: str) -> dict[str, Any]:
            """Reads a model's file again. Requests meanwhile are answered by the old one; none fails."""
            await self.reload(self._model(name))
            return self._description(name)

        @app.get("/ping", tags=["health"])
        @app.get("/healthz", tags=["health"])
        async def healthz() -> dict[str, str]:
            """Whether the server lives."""
            return {"status": "alive"}

        @app.get("/readyz", tags=["health"], responses=documentation.ERRORS)
        async def readyz() -> dict[str, str]:
            """Whether the server takes requests: its models are loaded, and it was not told to stop."""
            if self.is_stopping:
                raise errors.error("SERVER_STOPPING", "the server was told to stop", retry_after_seconds=1)
            return {"status": "ready"}

        @app.get("/metrics", tags=["health"])
        async def metrics() -> Response:
            """Metrics for Prometheus."""
            return Response(self.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

        for path, (content, kind) in page.FILES.items():
            _add_file(app, path, content, kind, page.SECURITY)
        for path, (content, kind) in documentation.files().items():
            _add_file(app, path, content, kind, {})

        @app.get("/docs", include_in_schema=False)
        async def docs() -> HTMLResponse:
            return get_swagger_ui_html(
                openapi_url="openapi.json",
                title="sparkdl4j",
                swagger_js_url="docs/swagger-ui-bundle.js",
                swagger_css_url="docs/swagger-ui.css",
                swagger_favicon_url="docs/favicon-32x32.png",
            )

        return app


def _texts(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("ascii"): value.decode("ascii") for name, value in headers}


def _add_file(app: FastAPI, path: str, content: bytes, kind: str, headers: dict[str, str]) -> None:
    async def file() -> Response:
        return Response(content, media_type=kind, headers=headers)

    app.add_api_route(path, file, include_in_schema=False)


def _response(answer: Answer) -> Response:
    if answer.error_code is None:
        return Response(answer.body, media_type="application/json")
    body = b'{"error":' + answer.body + b"}"
    return Response(body, status_code=errors.http_status(answer.error_code), media_type="application/json")
