"""What the annotation server refuses, and what it never tells."""

import http.client
import json
import logging

import pytest

from annotation.serve.addresses import addresses
from annotation.serve.app import NAME_HEADER
from annotation.serve.doors import Doors
from annotation.serve.guard import HEADERS, MAX_BODY_BYTES, POLICY
from tests.support.annotation_server import LIONS, SCRIPT, campaign, mention, serving, small_images, small_kb


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("safety")
    with serving(campaign(folder / "project"), small_kb(folder / "kb"), [small_images(folder / "images")]) as found:
        yield found


def raw(running, method, target, body=b"", **headers):
    """A request as it is, its path not tidied: (status, headers, content)."""
    connection = http.client.HTTPConnection(running.host, timeout=10)
    connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    if body:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


# Who may enter.


@pytest.mark.parametrize("token", ["", "x", "a01", "null", None, 7, ["a"], {"a": 1}, "\ud800", "x" * 5000])
def test_a_wrong_token_does_not_let_in(running, token):
    with running.stranger() as http:
        answer = http.post(
            "/api/enter", content=json.dumps({"token": token}), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/api/session", "/api/who", "/api/titles?prefix=b", "/api/candidates?surface=Lions", "/api/about?title=Lion",
                                  "/api/thumbnails/1", "/api/items/x", "/api/disputes/x"])  # fmt: skip
def test_without_a_session_nothing_is_told(running, path):
    with running.stranger() as http:
        assert http.get(path).status_code == 401
        http.cookies.set(f"annotate_{running.project.source['sha256'][:12]}", "0" * 64)
        assert http.get(path).status_code == 401


def test_without_a_session_the_start_page_asks_for_the_link(running):
    with running.stranger() as http:
        answer = http.get("/")
        assert answer.status_code == 401
        assert "Open the link" in answer.text


def test_a_token_is_no_session_and_a_session_no_token(running):
    client = running.client("a01")
    name, session = next(iter(client.http.cookies.items()))
    with running.stranger() as http:
        http.cookies.set(name, running.token("a01"))
        assert http.get("/api/who").status_code == 401
        assert http.post("/api/enter", json={"token": session}).status_code == 403


def test_the_cookie_is_for_this_server_alone_and_no_script(running):
    with running.stranger() as http:
        told = http.post("/api/enter", json={"token": running.token("a01")}).headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told
    assert "path=/" in told
    assert "secure" not in told
    assert running.token("a01").lower() not in told


def test_behind_tls_the_cookie_is_secure():
    assert addresses("127.0.0.1", 80, "https://x.org").is_secure


def test_leaving_ends_the_session_of_the_browser(running):
    client = running.client("a01")
    assert client.http.post("/api/leave", json={}).status_code == 200
    assert client.http.get("/api/session").status_code == 401


def test_doors_compare_all_tokens_and_take_any_text(running):
    doors = Doors(running.project.folder)
    assert doors.enter("\ud800é") is None
    assert doors.who("é") is None
    assert doors.enter(running.token("a02"))[0] == "a02"


# Other people's work.


def test_items_of_another_annotator_do_not_exist(running):
    one, other = running.client("a01"), running.client("a02")
    item = one.shown()[LIONS]
    assert one.save(item, mention(LIONS, "Lions", entity="Detroit Lions"), note="mine", done=True).status_code == 200
    keys = {entry["key"] for entry in other.items()}
    assert item["key"] not in keys
    for answer in (
        other.http.get(f"/api/items/{item['key']}"),
        other.http.get(f"/api/items/{item['key']}/picture"),
        other.http.post(f"/api/items/{item['key']}/undo", json={"base": 1}),
        other.save(item, base=1),
        other.http.get(f"/api/disputes/{item['key']}"),
        other.http.get("/api/items/a01"),
        other.http.get(f"/api/items/{running.project.items[0].pair_id}"),
    ):
        assert answer.status_code == 404, answer.request.url
        assert answer.json() == {"error": "you have no such item"}
    everything = json.dumps([other.get("/api/session"), other.shown()])
    assert "mine" not in everything
    assert "Detroit Lions" not in everything


def test_an_expert_sees_no_layer_before_all_have_finished(running):
    expert = running.client("e01")
    one = running.client("a01")
    for caption, item in one.shown().items():
        if caption != LIONS:
            assert one.save(item, done=True).status_code == 200
    assert expert.items() == []
    keys = [entry["key"] for entry in one.items()]
    assert {expert.http.get(f"/api/items/{key}").status_code for key in keys} == {404}
    assert {expert.http.get(f"/api/disputes/{key}").status_code for key in keys} == {404}


def test_a_tab_of_somebody_else_in_the_same_browser_is_refused(running):
    client = running.client("a01")
    client.http.headers[NAME_HEADER] = "a02"
    assert client.http.get("/api/session").status_code == 403
    del client.http.headers[NAME_HEADER]
    assert client.http.get("/api/session").status_code == 403


# Where requests come from.


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example",
        "",
        "127.0.0.1:{port}.evil.example",
        "@127.0.0.1:{port}",
    ],
)
def test_another_host_is_not_answered(running, host):
    status, _, content = raw(running, "GET", "/", Host=host.format(port=running.host.rpartition(":")[2]))
    assert status in (400, 421)
    assert b"Open the link" not in content


@pytest.mark.parametrize("host", ["localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_names_of_this_machine_are_answered(running, host):
    assert raw(running, "GET", "/enter", Host=host.format(port=running.host.rpartition(":")[2]))[0] == 200


def test_two_hosts_are_not_answered(running):
    connection = http.client.HTTPConnection(running.host, timeout=10)
    connection.putrequest("GET", "/", skip_host=True)
    connection.putheader("Host", running.host)
    connection.putheader("Host", "evil.example")
    connection.endheaders()
    assert connection.getresponse().status in (400, 421)
    connection.close()


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://{host}", "http://{host}.evil.example", "", None]
)
def test_a_change_from_another_origin_is_refused(running, origin):
    client = running.client("a02")
    item = client.shown()[LIONS]
    del client.http.headers["Origin"]
    headers = {} if origin is None else {"Origin": origin.format(host=running.host)}
    body = {"base": 0, "done": False, "note": "forged", "ambiguity": "", "origin": "", "annotations": []}
    assert client.http.put(f"/api/items/{item['key']}", json=body, headers=headers).status_code == 403
    assert client.http.post("/api/enter", json={"token": running.token("a01")}, headers=headers).status_code == 403
    assert client.http.get(f"/api/items/{item['key']}").json()["version"] == item["version"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_may_only_link_here(running, site):
    client = running.client("a02")
    fetch = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}
    assert client.http.get("/api/session", headers=fetch).status_code == 403
    assert client.http.get("/static/annotate.js", headers=fetch).status_code == 403
    visit = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.http.get("/enter", headers=visit).status_code == 200
    frame = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    assert client.http.get("/enter", headers=frame).status_code == 403


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"])
def test_other_methods_are_refused(running, method):
    assert raw(running, method, "/", Host=running.host, Origin=running.url)[0] in (400, 405)


def test_a_form_of_another_kind_is_no_change(running):
    client = running.client("a02")
    key = client.items()[0]["key"]
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp"):
        answer = client.http.put(f"/api/items/{key}", content="{}", headers={"Content-Type": kind})
        assert answer.status_code == 415


# What they carry.


def test_a_body_that_is_too_large_is_refused(running):
    client = running.client("a02")
    key = client.items()[0]["key"]
    answer = client.http.put(
        f"/api/items/{key}", content=b" " * (MAX_BODY_BYTES + 1), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


def test_a_body_without_a_length_is_cut_off(running):
    client = running.client("a02")
    key = client.items()[0]["key"]
    parts = (b" " * 65_536 for _ in range(2 * MAX_BODY_BYTES // 65_536))
    answer = client.http.put(f"/api/items/{key}", content=parts, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"base": NaN}', b'{"base": 1e999}', b'{"a":' * 30_000],
)
def test_a_body_that_is_no_draft_is_refused(running, body):
    client = running.client("a02")
    key = client.items()[0]["key"]
    answer = client.http.put(f"/api/items/{key}", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/..\\app.py", "/static//etc/passwd", "/static/%2fetc%2fpasswd",
     "/../../etc/passwd", "//etc/passwd", "/static/", "/static", "/static/annotate.css%00.html", "/static/secrets.json", "/secrets.json",
     "/.env", "/api/items/..%2f..%2fsecrets.json", "/api/items/../session/x", "/api/thumbnails/-1", "/api/thumbnails/1e3",
     "/api/thumbnails/99999999999999999999999", "/api/items/" + "k" * 3000, "/%ff%fe", "/openapi.json", "/docs"],
)  # fmt: skip
def test_paths_lead_nowhere_but_to_known_places(running, path):
    cookie = "; ".join(f"{name}={value}" for name, value in running.client("a01").http.cookies.items())
    headers = {"Host": running.host, "Cookie": cookie, "X_Annotator": "a01"}
    status, _, content = raw(running, "GET", path, **headers)
    assert status in (400, 404, 422), (status, content[:80])
    assert b"token" not in content
    assert b"import" not in content
    assert b"root:" not in content


def test_every_answer_carries_the_headers(running):
    client = running.client("a01")
    for path in ("/", "/enter", "/static/annotate.js", "/static/icon.svg", "/api/session", "/nowhere", "/api/items/x"):
        answer = client.http.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "server" not in answer.headers
    refused = client.http.get("/", headers={"Host": "evil.example"})
    assert refused.headers["Content-Security-Policy"] == POLICY
    assert client.http.get("/api/session").headers["Cache-Control"] == "no-store"


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "default-src 'none'" in POLICY
    assert "frame-ancestors 'none'" in POLICY


def test_no_answer_leads_elsewhere(running):
    for path in ("/enter/", "/static/annotate.js/", "/api/session/", "//", "/api//session"):
        status, headers, _ = raw(running, "GET", path, Host=running.host, X_Forwarded_Proto="https")
        assert status == 404, path
        assert "location" not in headers


def test_what_a_proxy_says_of_the_client_is_not_believed(running):
    cookie = "; ".join(f"{name}={value}" for name, value in running.client("a01").http.cookies.items())
    told = {"X_Forwarded_Host": running.host, "X_Forwarded_For": "127.0.0.1", "Forwarded": f"host={running.host}"}
    assert raw(running, "GET", "/api/who", Host="evil.example", Cookie=cookie, **told)[0] == 421
    forged = {**told, "X_Forwarded_Host": "evil.example", "Forwarded": "host=evil.example;proto=https"}
    status, _, content = raw(running, "GET", "/api/who", Host=running.host, Cookie=cookie, **forged)
    assert (status, content) == (200, b'{"name":"a01"}')
    origin = {"Origin": "http://evil.example", "X_Forwarded_Host": "evil.example", "Content_Type": "application/json"}
    assert raw(running, "POST", "/api/leave", b"{}", Host=running.host, Cookie=cookie, **origin)[0] == 403


def test_what_is_behind_a_token_stays_in_no_cache_on_the_way(running):
    client = running.client("a01")
    item = client.shown()[LIONS]
    kept = {
        path: client.http.get(path).headers["Cache-Control"]
        for path in ("/", "/enter", "/api/session", "/api/who", f"/api/items/{item['key']}", "/nowhere")
    }
    assert set(kept.values()) == {"no-store"}
    assert client.http.get("/static/annotate.js").headers["Cache-Control"] == "no-cache"
    picture = client.http.get(f"/api/items/{item['key']}/picture").headers
    assert (picture["Cache-Control"], picture["Vary"]) == ("private, max-age=86400", "Cookie")


def test_the_frame_of_the_pages_is_no_page(running):
    with running.stranger() as http:
        assert http.get("/static/frame.html").status_code == 404
        for name in ("annotate.html", "expert.html"):
            text = http.get(f"/static/{name}").text
            assert "{%" not in text
            assert "{{" not in text
            assert text.count('id="caption"') == text.count('id="cards"') == 1


def test_pages_hold_no_inline_script_style_or_foreign_address(running):
    with running.stranger() as http:
        for name in ("enter.html", "annotate.html", "expert.html"):
            text = http.get(f"/static/{name}").text
            assert "<style" not in text
            assert "style=" not in text
            assert " on" not in "".join(
                part.split(">")[0] for part in text.split("<")[1:] if part.startswith(("img", "body", "button"))
            )
            assert "//" not in text.replace("<!--", "")
            assert all('src="static/' in line for line in text.splitlines() if "<script" in line)


def test_script_in_captions_and_titles_travels_as_text_only(running):
    client = running.client("a01")
    caption = next(one for one in client.shown() if SCRIPT in one)
    assert client.shown()[caption]["caption"] == caption
    answer = client.http.get("/api/candidates?surface=site")
    assert answer.headers["content-type"] == "application/json"
    assert SCRIPT in answer.json()["cards"][0]["entity"]


def test_nothing_secret_is_logged(running, caplog, capfd):
    for name in ("httpx", "httpcore"):  # this test's own client logs what it sends
        caplog.set_level(logging.WARNING, logger=name)
    with caplog.at_level(logging.DEBUG):
        client = running.client("a01")
        client.items()
        with running.stranger() as http:
            http.get(f"/enter?token={running.token('a01')}")
            http.post("/api/enter", json={"token": "wrong-token-value"})
    out, err = capfd.readouterr()
    told = "\n".join(record.getMessage() for record in caplog.records) + out + err
    for secret in (running.token("a01"), "wrong-token-value", next(iter(client.http.cookies.values()))):
        assert secret not in told
