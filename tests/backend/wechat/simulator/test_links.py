import time

import pytest

from backend.wechat.simulator import links
from backend.wechat.simulator.refused import Refused

PAGES = {"pages/codes/open"}
CODE = {"scene": "7cQ2mVxN0aLp", "page": "pages/codes/open"}
DAYS_30 = 30 * 86_400


def link(**changes):
    asked = {"path": "pages/codes/open", "query": "", "expire_type": 0}
    return asked | {"expire_time": int(time.time()) + 60} | changes


def refusal(call, *args):
    with pytest.raises(Refused) as refused:
        call(*args)
    return refused.value.errcode


def test_the_same_scene_gives_the_same_picture_and_another_one_another():
    first = links.code(CODE, PAGES)

    assert first == links.code(CODE, PAGES)
    assert first != links.code(CODE | {"scene": "another"}, PAGES)
    assert first.startswith(b"\x89PNG") and first.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"scene": "a" * 33}, 40169),
        ({"scene": "a%b"}, 40169),
        ({"scene": ""}, 40169),
        ({"scene": "scancode_time=1"}, 85096),
        ({"page": "/pages/codes/open"}, 41030),
        ({"page": "pages/new"}, 41030),
        ({"env_version": "formal"}, 40097),
        ({"width": 279}, 40097),
        ({"width": 1281}, 40097),
    ],
)
def test_a_code_that_the_documentation_forbids_is_refused(change, errcode):
    assert errcode == refusal(links.code, CODE | change, PAGES)


@pytest.mark.parametrize(
    "change", [{"scene": "a" * 32}, {"width": 280}, {"page": "pages/new", "check_path": False}]
)
def test_what_it_allows_is_drawn(change):
    assert links.code(CODE | change, PAGES)


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"path": "pages/new"}, 40165),
        ({"query": "x" * 1025}, 40212),
        ({"env_version": "formal"}, 85402),
        ({"expire_type": 1}, 85408),
    ],
)
def test_a_link_that_the_documentation_forbids_is_refused(change, errcode):
    assert errcode == refusal(links.link, link(**change), PAGES, 0.0)


@pytest.mark.parametrize("seconds", [-1, DAYS_30 + 100])
def test_a_link_is_neither_over_already_nor_longer_than_thirty_days(seconds):
    asked = link(expire_time=int(time.time()) + seconds)

    assert 85401 == refusal(links.link, asked, PAGES, 0.0)


def test_thirty_days_are_allowed():
    assert links.link(link(expire_time=int(time.time()) + DAYS_30), PAGES, 0.0)["url_link"]
