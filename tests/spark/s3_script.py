"""A server that speaks S3's protocol: moto's, with its options.

Python's server and moto's both answer "100 Continue", and S3's client takes the second one for the answer to the
request. Here only moto's does.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler

from moto.server import main

setattr(BaseHTTPRequestHandler, "handle_expect_100", lambda handler: True)  # noqa: B010
main(sys.argv[1:])
