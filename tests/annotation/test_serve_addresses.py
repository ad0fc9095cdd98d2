"""Where the annotation server listens, and by which names it answers."""

import pytest

from annotation.serve.addresses import addresses
from pipeline.records.errors import UsageError


def test_another_host_wants_a_public_address():
    with pytest.raises(UsageError, match="--public-url"):
        addresses("0.0.0.0", 8765, None)
    with pytest.raises(UsageError, match="--public-url"):
        addresses("annotate.example.org", 8765, None)


def test_the_public_address_is_answered_and_so_is_this_machine():
    told = addresses("0.0.0.0", 8765, "https://Annotate.example.org/")
    assert told.public_url == "https://annotate.example.org"
    assert {"annotate.example.org", "annotate.example.org:443", "127.0.0.1:8765"} <= told.hosts
    assert "https://annotate.example.org" in told.origins
    assert "http://annotate.example.org" not in told.origins
    assert "0.0.0.0:8765" not in told.hosts
    assert (told.path, told.is_exposed) == ("/", False)
    below = addresses("127.0.0.1", 1, "http://team.example.org:8080/annotate")
    assert (below.path, below.is_exposed) == ("/annotate", True)
    assert addresses("::1", 8765, None).public_url == "http://[::1]:8765"


def test_the_port_of_the_scheme_is_left_out_as_browsers_do():
    told = addresses("127.0.0.1", 80, None)
    assert (told.public_url, {"localhost", "localhost:80", "[::1]"} <= told.hosts) == ("http://127.0.0.1", True)
    assert "http://localhost" in told.origins
    six = addresses("::1", 1, "https://[2001:db8::1]/")
    assert (six.public_url, "[2001:db8::1]" in six.hosts) == ("https://[2001:db8::1]", True)
    assert addresses("127.0.0.1", 443, None).public_url == "http://127.0.0.1:443"


@pytest.mark.parametrize(
    "url",
    [
        "annotate.example.org",
        "ftp://x.org",
        "https://",
        "https://x.org/?a=1",
        "https://x.org/#a",
        "https://u:p@x.org",
        "https://x.org:99999",
    ],
)
def test_a_public_address_that_is_none_is_refused(url):
    with pytest.raises(UsageError, match="--public-url"):
        addresses("127.0.0.1", 1, url)
