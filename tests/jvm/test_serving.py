"""The endpoint: what it answers, and that bad requests get an error and harm no other."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import select
import shutil
import signal
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("fastapi")
Image = pytest.importorskip("PIL.Image")

COLOURS = ["blue", "green", "red"]
RAW = {"content_type": "application/octet-stream"}
MAX_BYTES = 200_000
MAX_PICTURES = 8
RECEIVE_SECONDS = 1.5


def encoded(name: str, size: int = 24, form: str = "PNG") -> bytes:
    colour = {"blue": (30, 60, 200), "green": (40, 180, 50), "red": (210, 40, 30)}[name]
    out = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(out, form)
    return out.getvalue()


PICTURES = {name: encoded(name) for name in COLOURS}


def bomb() -> bytes:
    """A small PNG that declares 40,000 x 40,000 pixels, all black."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    content = zlib.compress(bytes(5_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def form(pictures: list[bytes], boundary: str = "b0undary") -> tuple[bytes, str]:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="pictures"; filename="{number}.png"\r\n'
        "Content-Type: image/png\r\n\r\n".encode()
        + picture
        + b"\r\n"
        for number, picture in enumerate(pictures)
    ]
    note = f'--{boundary}\r\nContent-Disposition: form-data; name="note"\r\n\r\nno picture\r\n'.encode()
    return b"".join([note, *parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


@pytest.fixture(scope="module")
def server(server_process: Callable[..., Any], colour_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("models")
    for name in ("colours.zip", "shades.zip"):
        shutil.copy(colour_models / name, folder)
    options = {
        "max-bytes": MAX_BYTES,
        "max-pictures": MAX_PICTURES,
        "max-pixels": 1_000_000,
        "receive-timeout": RECEIVE_SECONDS,
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    started = server_process([str(folder / "colours.zip"), f"other={folder / 'shades.zip'}"], *given)
    started.folder = folder
    return started


@pytest.fixture(autouse=True)
def the_next_request_works(request: pytest.FixtureRequest) -> Any:
    """Whatever a test has done to the server."""
    yield
    if "server" in request.fixturenames:
        running = request.getfixturevalue("server")
        status, found, _ = running.ask("POST", "/predict", PICTURES["red"], **RAW)
        assert (status, found["predictions"][0]["label"]) == (200, "red")
        assert [event for event in running.log if event["event"] in ("noise", "failure")] == []


# ---------------------------------------------------------------------- what is answered


@pytest.mark.parametrize("content_type", ["image/png", "application/octet-stream", "application/x-image"])
def test_a_picture_as_it_is(server: Any, content_type: str) -> None:
    for name in COLOURS:
        status, found, _ = server.ask("POST", "/predict", PICTURES[name], content_type=content_type)
        assert status == 200
        assert found["model"] == "colours"
        (prediction,) = found["predictions"]
        assert prediction["label"] == name
        assert list(prediction["probabilities"]) == COLOURS
        assert prediction["probability"] == max(prediction["probabilities"].values()) > 0.5
        assert sum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_it_is_what_the_classifier_says(server: Any, colour_models: Path) -> None:
    from sparkdl4j import ConvNetClassifier

    with Image.open(io.BytesIO(encoded("green", 16))) as picture:
        wanted = ConvNetClassifier.load(colour_models / "colours.zip").predict_proba(np.asarray(picture)[np.newaxis])
    _, found, _ = server.ask("POST", "/predict", encoded("green", 16), **RAW)
    given = list(found["predictions"][0]["probabilities"].values())
    np.testing.assert_allclose(given, wanted[0], atol=1e-6)


def test_many_pictures_in_a_form_and_in_json(server: Any) -> None:
    names = ["red", "blue", "blue", "green", "red"]
    body, kind = form([PICTURES[name] for name in names])
    texts = [base64.b64encode(PICTURES[name]).decode() for name in names]
    texts[1] = "data:image/png;base64," + texts[1]
    for given, content_type in (
        (body, kind),
        (json.dumps({"pictures": texts}), "application/json; charset=utf-8"),
        (
            json.dumps({"instances": [{"b64": text} for text in texts[:1] + [texts[2]] * 2 + texts[3:]]}),
            "application/json",
        ),
    ):
        status, found, _ = server.ask("POST", "/predict", given, content_type=content_type)
        assert status == 200
        assert [each["label"] for each in found["predictions"]] == names


def test_another_model_and_only_the_best_labels(server: Any) -> None:
    status, found, _ = server.ask("POST", "/predict?model=other&top=2", PICTURES["red"], **RAW)
    assert (status, found["model"]) == (200, "other")
    shares = found["predictions"][0]["probabilities"]
    assert next(iter(shares)) == found["predictions"][0]["label"] == "dark red"
    assert len(shares) == 2
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_sagemaker(server: Any) -> None:
    assert server.ask("GET", "/ping")[0] == 200
    status, found, headers = server.ask("POST", "/invocations", PICTURES["green"], content_type="application/x-image")
    assert (status, headers["content-type"]) == (200, "application/json")
    assert len(found) == 3
    assert int(np.argmax(found)) == COLOURS.index("green")
    body, kind = form([PICTURES["red"], b"damaged", PICTURES["blue"]])
    status, found, _ = server.ask("POST", "/invocations", body, content_type=kind)
    assert status == 200
    assert [row if row is None else int(np.argmax(row)) for row in found] == [2, None, 0]


def test_health_models_and_documentation(server: Any) -> None:
    assert server.ask("GET", "/healthz")[:2] == (200, {"status": "alive"})
    assert server.ask("GET", "/readyz")[:2] == (200, {"status": "ready"})
    models = server.ask("GET", "/models")[1]
    assert [model["name"] for model in models] == ["colours", "other"]
    assert models[0]["labels"] == COLOURS
    assert (models[0]["image"]["height"], models[0]["image"]["width"]) == (16, 16)
    assert server.ask("GET", "/models/other")[1]["labels"][0] == "dark blue"
    description = server.ask("GET", "/openapi.json")[1]
    assert set(description["paths"]) >= {"/predict", "/invocations", "/saliency", "/models/{name}/reload"}
    page = server.ask("GET", "/docs")[1].decode()
    for path in ("docs/swagger-ui-bundle.js", "docs/swagger-ui.css"):
        assert f'"{path}"' in page
        assert len(server.ask("GET", f"/{path}")[1]) > 100_000
    assert "http://" not in page
    assert "https://" not in page


def test_metrics(server: Any) -> None:
    def value(name: str) -> float:
        text = server.ask("GET", "/metrics")[1].decode()
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))

    pictures, batches = 'sparkdl4j_pictures_total{model="colours"}', 'sparkdl4j_batches_total{model="colours"}'
    requests = 'sparkdl4j_requests_total{route="/predict",status="200"}'
    before = {name: value(name) for name in (pictures, batches, requests)}
    body, kind = form([PICTURES["red"]] * 4)
    server.ask("POST", "/predict", body, content_type=kind)
    assert value(pictures) == before[pictures] + 4
    assert before[batches] < value(batches) <= before[batches] + 4
    assert value(requests) == before[requests] + 1
    server.ask("GET", "/nothing/here")
    assert value('sparkdl4j_requests_total{route="other",status="404"}') >= 1
    assert value("sparkdl4j_pictures_waiting") == 0


def test_saliency(server: Any) -> None:
    status, content, headers = server.ask("POST", "/saliency?label=red", PICTURES["red"], **RAW)
    assert (status, headers["content-type"]) == (200, "image/png")
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (16, 16)
    for query, body, code in (("?label=pink", PICTURES["red"], "DATA_LABELS"), ("", b"GIF89a", "DATA_DAMAGED")):
        status, found, _ = server.ask("POST", "/saliency" + query, body, **RAW)
        assert 400 <= status < 500
        assert found["error"]["code"] == code


def test_requests_are_logged(server: Any) -> None:
    server.ask("POST", "/predict", PICTURES["red"], **RAW, x_request_id="my-request.1")
    (line,) = logged(server, "my-request.1")
    assert line["status"] == 200
    assert line["path"] == "/predict"
    assert line["pictures"] == 1
    assert line["bytes"] == len(PICTURES["red"])
    assert line["milliseconds"] > 0
    assert len(server.ask("GET", "/healthz", x_request_id="bad id \t")[2]["x-request-id"]) == 32


def logged(server: Any, request_id: str) -> list[dict[str, Any]]:
    """The lines of a request, which come a little after its answer."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if found := [event for event in server.log if event.get("request_id") == request_id]:
            return found
        time.sleep(0.01)
    return []


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("path", "body", "content_type", "status", "code"),
    [
        ("/predict", b"", "image/png", 400, "DATA_EMPTY"),
        ("/predict", b'{"pictures": []}', "application/json", 400, "DATA_EMPTY"),
        ("/predict", PICTURES["red"][:60], "image/png", 422, "DATA_DAMAGED"),
        ("/predict", b"this is no picture", "image/png", 422, "DATA_DAMAGED"),
        ("/invocations", PICTURES["red"][:60], "application/x-image", 422, "DATA_DAMAGED"),
        ("/predict", bomb(), "image/png", 413, "REQUEST_TOO_LARGE"),
        ("/saliency", bomb(), "image/png", 413, "REQUEST_TOO_LARGE"),
        ("/saliency", b"", "image/png", 400, "DATA_EMPTY"),
        ("/predict", bytes(MAX_BYTES + 1), "image/png", 413, "REQUEST_TOO_LARGE"),
        ("/predict", form([b"x"] * (MAX_PICTURES + 1))[0], form([])[1], 413, "REQUEST_TOO_LARGE"),
        (
            "/predict",
            json.dumps({"pictures": ["eA=="] * (MAX_PICTURES + 1)}),
            "application/json",
            413,
            "REQUEST_TOO_LARGE",
        ),
        ("/predict", PICTURES["red"], "text/plain", 415, "REQUEST_TYPE"),
        ("/predict", PICTURES["red"], "application/x-www-form-urlencoded", 415, "REQUEST_TYPE"),
        ("/predict", b'{"pictures": ["', "application/json", 400, "REQUEST_INVALID"),
        ("/predict", b"[" * 50_000, "application/json", 400, "REQUEST_INVALID"),
        ("/predict", b'{"pictures": [' + b"9" * 9000 + b"]}", "application/json", 400, "REQUEST_INVALID"),
        ("/predict", b'["a"]', "application/json", 400, "REQUEST_INVALID"),
        ("/predict", b'{"pictures": ["no base64!"]}', "application/json", 400, "REQUEST_INVALID"),
        ("/predict", b'{"instances": [5]}', "application/json", 400, "REQUEST_INVALID"),
        ("/predict", b"\xff\xfe{}", "application/json", 400, "REQUEST_INVALID"),
        ("/predict", form([PICTURES["red"]])[0][:-40], form([])[1], 400, "REQUEST_INVALID"),
        ("/predict", form([PICTURES["red"]])[0], "multipart/form-data; boundary=another", 400, "REQUEST_INVALID"),
        ("/predict", form([PICTURES["red"]])[0], "multipart/form-data", 400, "REQUEST_INVALID"),
        ("/predict", form([])[0], form([])[1], 400, "DATA_EMPTY"),
        ("/predict?model=unknown", PICTURES["red"], "image/png", 404, "MODEL_UNKNOWN"),
        ("/predict?model=../colours", PICTURES["red"], "image/png", 404, "MODEL_UNKNOWN"),
        ("/predict?top=-1", PICTURES["red"], "image/png", 400, "PARAMETER_RANGE"),
        ("/predict?top=many", PICTURES["red"], "image/png", 400, "PARAMETER_RANGE"),
        ("/models/unknown/reload", b"", "image/png", 404, "MODEL_UNKNOWN"),
        ("/models/..%2F..%2Fetc%2Fpasswd/reload", b"", "image/png", 404, None),
        ("/predict/more", b"", "image/png", 404, "ROUTE_UNKNOWN"),
        ("/healthz", b"", "image/png", 405, "ROUTE_UNKNOWN"),
    ],
)
def test_a_bad_request_is_told_why(
    server: Any, path: str, body: Any, content_type: str, status: int, code: str | None
) -> None:
    found_status, found, headers = server.ask("POST", path, body, content_type=content_type)
    assert found_status == status
    assert headers["content-type"] == "application/json"
    assert code in (None, found["error"]["code"])
    assert len(found["error"]["message"]) > 10
    assert "Traceback" not in json.dumps(found)
    assert "java" not in json.dumps(found)


@pytest.mark.parametrize(
    "path", ["/../../../etc/passwd", "/page.css/../../run.py", "/docs/../../../etc/passwd", "/%2e%2e/x"]
)
def test_there_is_no_way_to_other_files(server: Any, path: str) -> None:
    status, found, _ = server.ask("GET", path)
    assert (status, found["error"]["code"]) == (404, "ROUTE_UNKNOWN")


def test_a_damaged_picture_among_others_has_its_own_error(server: Any) -> None:
    body, kind = form([PICTURES["red"], PICTURES["red"][:50], b"", PICTURES["blue"], bomb()])
    status, found, _ = server.ask("POST", "/predict", body, content_type=kind)
    assert status == 200
    labels = [each.get("label") for each in found["predictions"]]
    assert labels == ["red", None, None, "blue", None]
    codes = [each["error"]["code"] for each in found["predictions"] if "error" in each]
    assert codes == ["DATA_DAMAGED", "DATA_DAMAGED", "REQUEST_TOO_LARGE"]
    assert found["predictions"][1]["error"]["reason"] == "truncated"


@pytest.mark.parametrize(("count", "status"), [(1, 200), (1000, 413)])
def test_a_body_without_a_length_is_limited_too(server: Any, count: int, status: int) -> None:
    connection = server.connection()
    parts = iter([PICTURES["red"], *[bytes(1000)] * (count - 1)])
    connection.request("POST", "/predict", parts, {"Content-Type": "image/png"}, encode_chunked=True)
    response = connection.getresponse()
    assert (response.status, response.read()[:1]) == (status, b"{")


# ---------------------------------------------------------------------- bad connections


def raw(server: Any, sent: bytes, *, shut: bool = False, seconds: float = 30) -> bytes:
    """What comes back until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as connection:
        connection.sendall(sent)
        if shut:
            connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


def request_head(length: int, more: str = "") -> bytes:
    return (
        f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: {length}\r\n{more}\r\n"
    ).encode()


def code_of(response: bytes) -> tuple[int, str]:
    head, _, body = response.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["error"]["code"]


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /predict HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        request_head(1000) + b"only a part",
        b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    ],
    ids=["head", "body", "chunk"],
)
def test_a_slow_sender_is_given_up(server: Any, sent: bytes) -> None:
    start = time.monotonic()
    assert code_of(raw(server, sent)) == (408, "REQUEST_TIMEOUT")
    assert time.monotonic() - start > RECEIVE_SECONDS - 0.2


def test_dripping_does_not_help_a_slow_sender(server: Any) -> None:
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(request_head(1000))
        received = b""
        connection.settimeout(0.1)
        # All bytes would take 100 s.
        while time.monotonic() - start < 50:
            try:
                connection.sendall(b".")
                received = connection.recv(65536)
                break
            except TimeoutError:
                continue
    assert code_of(received) == (408, "REQUEST_TIMEOUT")


def test_a_silent_connection_is_closed(server: Any) -> None:
    assert raw(server, b"") == b""


def test_a_half_closed_connection_gets_its_answer(server: Any) -> None:
    picture = PICTURES["red"]
    response = raw(server, request_head(len(picture)) + picture, shut=True)
    assert response.startswith(b"HTTP/1.1 200 ")
    assert b'"label":"red"' in response
    for sent in (request_head(1000) + b"part", b"POST /predict HTTP/1.1\r\nHost"):
        assert code_of(raw(server, sent, shut=True)) == (400, "REQUEST_INVALID")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"this is not HTTP\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET /" + b"x" * 300_000 + b" HTTP/1.1\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\n" + b"X-Y: z\r\n" * 40_000 + b"\r\n", 413),
        (b"GET / HTTP/1.1\r\n" + b"X-Y: " + b"z" * 70_000 + b"\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\n" + b"X-Yz: 01234567890123456789\r\n" * 3_000 + b"\r\n", 413),
        (request_head(10).replace(b"Length: 10", b"Length: -5"), 400),
        (b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
    ids=["text", "TLS", "long path", "many headers", "long header", "headers at once", "negative length", "bad chunk"],
)
def test_what_is_not_http_is_refused(server: Any, sent: bytes, status: int) -> None:
    assert code_of(raw(server, sent))[0] == status


def test_too_large_is_said_before_it_has_come(server: Any) -> None:
    assert code_of(raw(server, request_head(10**12, "Expect: 100-continue\r\n"))) == (413, "REQUEST_TOO_LARGE")


def test_clients_that_go_away(server: Any) -> None:
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(request_head(len(PICTURES["red"])) + PICTURES["red"])


def test_thousands_at_once(server_process: Callable[..., Any], colour_models: Path) -> None:
    server = server_process([str(colour_models / "colours.zip")], "--max-connections=400", "--no-request-log")
    silent = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(600)]
    refused: list[Any] = []
    end = time.monotonic() + 15
    while len(refused) < 200 and time.monotonic() < end:
        refused = select.select(silent, [], [], 0.1)[0]
    assert len(refused) == 200
    assert {code_of(each.recv(65536)) for each in refused} == {(503, "SERVER_BUSY")}
    for each in silent:
        each.close()

    def flood(_: int) -> list[int]:
        sockets = []
        for _ in range(125):
            sockets.append(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            sockets[-1].sendall(request_head(len(PICTURES["red"])) + PICTURES["red"])
        return [int(each.recv(65536).split()[1]) for each in sockets]

    with ThreadPoolExecutor(16) as clients:
        statuses = [status for found in clients.map(flood, range(16)) for status in found]
    assert len(statuses) == 2000
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) >= 400
    status, found, _ = server.ask("POST", "/predict", PICTURES["red"], **RAW)
    assert (status, found["predictions"][0]["label"]) == (200, "red")
    assert [event for event in server.log if event["event"] in ("noise", "failure")] == []


# ---------------------------------------------------------------------- token, load, reload, stop


def test_a_token(server_process: Callable[..., Any], colour_models: Path) -> None:
    server = server_process([str(colour_models / "colours.zip")], SPARKDL4J_TOKEN="s3cret")
    for given in (None, "Bearer", "Bearer wrong", "Basic s3cret", "Bearer s3cret2", "Bearer s3cre", "Bearer \u00e9"):
        headers = RAW if given is None else {**RAW, "authorization": given.encode("utf-8").decode("latin-1")}
        for method, path in (
            ("POST", "/predict"),
            ("GET", "/metrics"),
            ("GET", "/models"),
            ("POST", "/models/colours/reload"),
        ):
            status, found, answered = server.ask(method, path, PICTURES["red"], **headers)
            assert (status, found["error"]["code"]) == (401, "REQUEST_UNAUTHORIZED")
            assert answered["www-authenticate"] == "Bearer"
    for path in ("/ping", "/healthz", "/readyz", "/", "/page.js", "/docs", "/openapi.json"):
        assert server.ask("GET", path)[0] == 200
    assert server.ask("POST", "/predict", PICTURES["red"], **RAW, authorization="Bearer s3cret")[0] == 200
    assert "s3cret" not in json.dumps(server.log)


def test_overload_is_refused_at_once(server_process: Callable[..., Any], slow_model: Path) -> None:
    server = server_process([str(slow_model)], "--max-queue=16", "--no-request-log")
    picture = encoded("red", 64)
    stop = time.monotonic() + 6
    refused: list[float] = []
    served: list[float] = []
    hints: set[str] = set()

    def ask_on(_: int) -> None:
        connection = server.connection()
        while time.monotonic() < stop:
            start = time.monotonic()
            connection.request("POST", "/predict", picture, {"Content-Type": "image/png"})
            response = connection.getresponse()
            response.read()
            seconds = time.monotonic() - start
            assert response.status in (200, 503)
            (served if response.status == 200 else refused).append(seconds)
            if response.status == 503:
                hints.add(response.headers["Retry-After"])
                time.sleep(0.1)

    with ThreadPoolExecutor(32) as clients:
        list(clients.map(ask_on, range(32)))
    assert len(served) > 16
    assert len(refused) > 50
    # The benchmark tells of 100 ms.
    assert np.median(refused) < np.median(served)
    assert all(1 <= int(hint) <= 60 for hint in hints)


def test_that_there_is_no_room_is_said_before_the_body_has_come(
    server_process: Callable[..., Any], slow_model: Path
) -> None:
    server = server_process([str(slow_model)], "--max-queue=8", "--no-request-log")
    picture = encoded("red", 64)
    stop = threading.Event()

    def ask_on(_: int) -> None:
        connection = server.connection()
        while not stop.is_set():
            connection.request("POST", "/predict", picture, {"Content-Type": "image/png"})
            connection.getresponse().read()

    answers: list[tuple[int, str]] = []
    with ThreadPoolExecutor(16) as clients:
        asking = [clients.submit(ask_on, number) for number in range(16)]
        try:
            # Between two minibatches there may be room, and the body is waited for.
            for _ in range(100):
                with contextlib.closing(HTTPConnection("127.0.0.1", server.port, timeout=0.5)) as connection:
                    connection.putrequest("POST", "/predict")
                    connection.putheader("Content-Type", "image/png")
                    connection.putheader("Content-Length", str(len(picture)))
                    connection.endheaders()
                    with contextlib.suppress(TimeoutError):
                        response = connection.getresponse()
                        answers.append((response.status, json.loads(response.read())["error"]["code"]))
                if answers:
                    break
        finally:
            stop.set()
        for each in asking:
            each.result()
    assert answers == [(503, "SERVER_BUSY")]


@pytest.fixture(scope="module")
def slow_model(
    tmp_path_factory: pytest.TempPathFactory,
    colour_pictures: Callable[..., tuple[NDArray[np.uint8], NDArray[np.str_]]],
) -> Path:
    """Some tens of pictures a second."""
    from sparkdl4j import Conv2D, ConvNetClassifier, GlobalPool, Output, Sequential

    pictures, names = colour_pictures(1)
    large = np.repeat(np.repeat(pictures, 8, axis=1), 8, axis=2)
    network = Sequential([*[Conv2D(96, (3, 3), padding="same") for _ in range(4)], GlobalPool(), Output()])
    classifier = ConvNetClassifier(network, epochs=1, batch_size=3, verbose=False).fit(large, names)
    path = tmp_path_factory.mktemp("slow") / "slow.zip"
    classifier.save(path)
    return path


def test_models_change_under_load_without_a_failure(server: Any, colour_models: Path) -> None:
    stop = threading.Event()

    def ask_on(_: int) -> list[str]:
        connection = server.connection()
        labels = []
        while not stop.is_set():
            connection.request("POST", "/predict?model=other", PICTURES["red"], {"Content-Type": "image/png"})
            response = connection.getresponse()
            content = response.read()
            assert response.status == 200, content
            labels.append(json.loads(content)["predictions"][0]["label"])
        return labels

    file = server.folder / "shades.zip"
    with ThreadPoolExecutor(4) as clients:
        asking = [clients.submit(ask_on, number) for number in range(4)]
        try:
            time.sleep(0.3)
            swap(colour_models / "colours.zip", file)
            status, found, _ = server.ask("POST", "/models/other/reload")
            assert (status, found["labels"]) == (200, COLOURS)
            time.sleep(0.2)
            swap(colour_models / "shades.zip", file)
            server.signal(signal.SIGHUP)
            end = time.monotonic() + 20
            while server.ask("GET", "/models/other")[1]["labels"] == COLOURS and time.monotonic() < end:
                time.sleep(0.05)
            file.write_bytes(b"damaged")
            status, found, _ = server.ask("POST", "/models/other/reload")
            assert (status, found["error"]["code"]) == (409, "MODEL_FILE_DAMAGED")
            time.sleep(0.2)
        finally:
            stop.set()
        labels = [each.result() for each in asking]
    for of_one in labels:
        assert set(of_one) == {"dark red", "red"}
        assert (of_one[0], of_one[-1]) == ("dark red", "dark red")
    swap(colour_models / "shades.zip", file)


def swap(source: Path, target: Path) -> None:
    shutil.copy(source, target.with_suffix(".new"))
    target.with_suffix(".new").replace(target)


def test_stopping_finishes_what_is_under_way(server_process: Callable[..., Any], slow_model: Path) -> None:
    server = server_process([str(slow_model)])
    body, kind = form([encoded("red", 64)] * 20)
    with ThreadPoolExecutor(1) as client:
        asked = client.submit(server.ask, "POST", "/predict", body, content_type=kind)
        end = time.monotonic() + 10
        while server.ask("GET", "/models")[1][0]["statistics"]["waiting"] == 0 and time.monotonic() < end:
            time.sleep(0.01)
        server.signal(signal.SIGTERM)
        status, found, _ = asked.result(30)
    assert status == 200
    assert len(found["predictions"]) == 20
    assert server.wait(20) == 0
    assert [event["event"] for event in server.log[-1:]] == ["stopped"]


@pytest.mark.long
def test_memory_is_flat(server: Any) -> None:
    def ask_on(count: int) -> None:
        connection = server.connection()
        for _ in range(count):
            connection.request("POST", "/predict", PICTURES["red"], {"Content-Type": "image/png"})
            assert connection.getresponse().read().startswith(b'{"model"')

    def load(count: int) -> int:
        with ThreadPoolExecutor(8) as clients:
            list(clients.map(ask_on, [count // 8] * 8))
        return int(server.resident())

    load(8_000)
    before = load(8_000)
    after = load(32_000)
    assert after < before + 32 * 2**20
