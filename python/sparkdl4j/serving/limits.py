"""What a server takes at most: bytes, pictures, requests, connections, seconds."""

from __future__ import annotations

import dataclasses

from sparkdl4j import options


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServingLimits:
    """Limits of a server.

    Args:
        max_bytes: of one request's body.
        max_bytes_held: of the bodies of all requests under way.
        max_pictures: in one request.
        max_requests: under way at once.
        max_connections: at once.
        receive_timeout: seconds within which a request's head must have arrived, and again its body.
        predict_timeout: seconds after which a request that was not computed is given up.
        idle_timeout: seconds after which a connection without a request is closed.
        stop_timeout: seconds that the server, told to stop, takes to finish what is under way.

    Raises:
        ParameterError: PARAMETER_TYPE or PARAMETER_RANGE.
    """

    max_bytes: int = options.default("serving", "max_bytes")
    max_bytes_held: int = options.default("serving", "max_bytes_held")
    max_pictures: int = options.default("serving", "max_pictures")
    max_requests: int = options.default("serving", "max_requests")
    max_connections: int = options.default("serving", "max_connections")
    receive_timeout: float = options.default("serving", "receive_timeout")
    predict_timeout: float = options.default("serving", "predict_timeout")
    idle_timeout: float = options.default("serving", "idle_timeout")
    stop_timeout: float = options.default("serving", "stop_timeout")

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, options.check("serving", field.name, getattr(self, field.name)))
