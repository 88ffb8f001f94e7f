"""What OpenAPI says of requests and answers, and the files with which its page needs no other server."""

from __future__ import annotations

from importlib import resources
from typing import Any

from sparkdl4j import errors

DESCRIPTION = 'Predictions of image ConvNets. Errors are JSON: `{"error": {"code", "message"}}`.'
_BINARY = {"schema": {"type": "string", "format": "binary"}}

PICTURES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "image/jpeg": _BINARY,
            "image/png": _BINARY,
            "application/x-image": _BINARY,
            "application/octet-stream": _BINARY,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"pictures": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "pictures": {"type": "array", "items": {"type": "string", "contentEncoding": "base64"}}
                    },
                }
            },
        },
    }
}

_ERROR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}
ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {"description": "an error", "content": {"application/json": {"schema": _ERROR}}}
}

_NUMBERS = {"type": "array", "items": {"type": "number"}}
_PREDICTION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "label": {"description": "the most probable class; missing where the picture cannot be used"},
        "probability": {"type": "number"},
        "probabilities": {"type": "object", "additionalProperties": {"type": "number"}},
        "error": _ERROR["properties"]["error"],
    },
}
PREDICTED = {
    200: {
        "description": "what is seen in each picture; of a damaged one among others, its error",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "model": {"type": "string"},
                        "predictions": {"type": "array", "items": _PREDICTION},
                    },
                }
            }
        },
    },
    **ERRORS,
}
PROBABILITIES = {
    200: {
        "description": "probabilities by class; of several pictures a list of these, null for a damaged one",
        "content": {"application/json": {"schema": {"oneOf": [_NUMBERS, {"type": "array", "items": _NUMBERS}]}}},
    },
    **ERRORS,
}
SALIENCY = {
    200: {"description": "the hotter, the more is seen there", "content": {"image/png": _BINARY}},
    **ERRORS,
}

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}


def files() -> dict[str, tuple[bytes, str]]:
    """The files of Swagger UI by path, with their types.

    Raises:
        JvmError: EXTRA_MISSING.
    """
    try:
        folder = resources.files("fastapi_swagger.resources")
    except ImportError:
        raise errors.missing_extra("fastapi-swagger", "serving") from None
    return {f"/docs/{name}": (folder.joinpath(name).read_bytes(), kind) for name, kind in _ASSETS.items()}
