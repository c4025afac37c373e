"""Which variables are there, and how are rings of keys written?"""

import pytest

from backend.variables import DEFAULTS, DEVELOPMENT, REQUIRED, SECRETS, binary_ring, ring


def test_the_newest_key_of_a_ring_comes_first():
    assert ["k2", "k1"] == list(ring("k2:new,k1:old"))


def test_a_secret_may_contain_a_colon():
    assert {"k1": "a:b"} == ring("k1:a:b")


def test_a_binary_ring_that_is_not_base64_is_refused():
    with pytest.raises(ValueError):
        binary_ring("k1:not base64!")


def test_every_secret_is_required_and_has_no_default():
    assert set(SECRETS) <= set(REQUIRED)
    assert set() == set(SECRETS) & set(DEFAULTS)


def test_every_secret_has_a_published_example_for_development():
    assert set(SECRETS) <= set(DEVELOPMENT)
