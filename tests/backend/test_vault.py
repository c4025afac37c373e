"""Secrets: sealed to one place, found by hash, shown masked (reliability.md §6.7, PV-07)."""

import base64
import os
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from backend.vault import Unreadable, Vault, mask_number, mask_phone

OLD, NEW, INDEX = os.urandom(32), os.urandom(32), os.urandom(32)
HERE, THERE = "application|phone|1", "application|phone|2"
PHONE = "13800138000"


@pytest.fixture
def ring() -> Vault:
    return Vault({"k2": NEW, "k1": OLD}, "k2", {"i1": INDEX})


def test_what_was_sealed_opens_at_its_place(ring):
    sealed = ring.seal(HERE, "其其格 👩‍🌾")

    assert "其其格 👩‍🌾" == ring.unseal(HERE, sealed)


def test_the_envelope_names_version_key_and_suite_and_not_the_content(ring):
    version, kid, suite, nonce, sealed = ring.seal(HERE, PHONE).split(".")

    assert ("v1", "k2", "aes256gcm") == (version, kid, suite)
    # 12 bytes of nonce are 16 characters of base64; 11 of text and a tag of 16 are 36.
    assert (16, 36) == (len(nonce), len(sealed))
    assert PHONE not in sealed


def test_sealing_twice_gives_two_ciphertexts(ring):
    assert ring.seal(HERE, PHONE) != ring.seal(HERE, PHONE)


def test_a_ciphertext_moved_to_another_row_does_not_open(ring):
    sealed = ring.seal(HERE, PHONE)

    with pytest.raises(Unreadable):
        ring.unseal(THERE, sealed)


@pytest.mark.parametrize("part", range(5))
def test_a_changed_envelope_does_not_open(ring, part):
    parts = ring.seal(HERE, PHONE).split(".")
    parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]

    with pytest.raises(Unreadable):
        ring.unseal(HERE, ".".join(parts))


@pytest.mark.parametrize("text", ["", "v1", "v1.k2.aes256gcm.x", "v1.k2.aes256gcm.AAAA.AAAA.x"])
def test_what_is_no_envelope_does_not_open(ring, text):
    with pytest.raises(Unreadable):
        ring.unseal(HERE, text)


def test_another_suite_or_version_does_not_open(ring):
    for name, other in (("v1", "v2"), ("aes256gcm", "sm4gcm")):
        with pytest.raises(Unreadable):
            ring.unseal(HERE, ring.seal(HERE, PHONE).replace(name, other))


def test_a_key_that_is_no_longer_current_still_opens_what_it_sealed(ring):
    sealed = Vault({"k1": OLD}, "k1", {"i1": INDEX}).seal(HERE, PHONE)

    assert PHONE == ring.unseal(HERE, sealed)
    assert "k2" == ring.seal(HERE, PHONE).split(".")[1]


def test_a_key_that_was_removed_opens_nothing(ring):
    sealed = ring.seal(HERE, PHONE)

    with pytest.raises(Unreadable):
        Vault({"k1": OLD}, "k1", {"i1": INDEX}).unseal(HERE, sealed)


def test_the_right_name_with_another_key_opens_nothing(ring):
    sealed = ring.seal(HERE, PHONE)

    with pytest.raises(Unreadable):
        Vault({"k2": OLD}, "k2", {"i1": INDEX}).unseal(HERE, sealed)


def test_a_file_opens_at_its_place_and_at_no_other(ring):
    wrapped, sealed = ring.seal_file(HERE, b"\0many bytes")

    assert b"\0many bytes" == ring.unseal_file(HERE, wrapped, sealed)
    assert b"many" not in sealed
    with pytest.raises(Unreadable):
        ring.unseal_file(THERE, wrapped, sealed)


def test_every_file_has_a_key_of_its_own(ring):
    (first, one), (second, two) = (ring.seal_file(HERE, b"many bytes") for _ in range(2))

    assert one != two
    for wrapped, sealed in ((first, two), (second, one)):
        with pytest.raises(Unreadable):
            ring.unseal_file(HERE, wrapped, sealed)


@pytest.mark.parametrize("cut", [b"", b"x", slice(0, 11), slice(0, -1)])
def test_a_file_that_is_cut_off_or_changed_does_not_open(ring, cut):
    wrapped, sealed = ring.seal_file(HERE, b"many bytes")
    broken = sealed[cut] if isinstance(cut, slice) else cut

    with pytest.raises(Unreadable):
        ring.unseal_file(HERE, wrapped, broken)


def test_a_file_of_an_old_key_still_opens():
    old = Vault({"k1": OLD}, "k1", {"i1": INDEX})
    wrapped, sealed = old.seal_file(HERE, b"many bytes")

    rotated = Vault({"k2": NEW, "k1": OLD}, "k2", {"i1": INDEX})

    assert b"many bytes" == rotated.unseal_file(HERE, wrapped, sealed)
    assert wrapped.startswith("v1.k1.") and rotated.seal_file(HERE, b"")[0].startswith("v1.k2.")


def test_the_index_finds_equal_values_of_one_column_only(ring):
    found = ring.index("phone", PHONE)

    assert found == ring.index("phone", PHONE)
    assert found != ring.index("phone", "13800138001")
    assert found != ring.index("openid", PHONE)
    assert "i1" == found.split(":")[0]
    # A digest of 256 bits: 64 hexadecimal digits.
    assert 64 == len(found.split(":")[1])


def test_the_index_depends_on_its_key(ring):
    other = Vault({"k2": NEW}, "k2", {"i1": NEW})

    assert ring.index("phone", PHONE) != other.index("phone", PHONE)


def test_the_newest_index_key_is_the_first(ring):
    rotated = Vault({"k2": NEW}, "k2", {"i2": OLD, "i1": INDEX})

    assert "i2" == rotated.index("phone", PHONE).split(":")[0]


def test_every_index_key_gives_a_hash_the_newest_first(ring):
    rotated = Vault({"k2": NEW}, "k2", {"i2": OLD, "i1": INDEX})

    newest, oldest = rotated.indexes("phone", PHONE)

    assert rotated.index("phone", PHONE) == newest
    assert ring.index("phone", PHONE) == oldest


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("152201199001010001", "1522**********0001"),
        ("15220119900101001X", "1522**********001X"),
        ("152201900101001", "***************"),
        ("", ""),
    ],
)
def test_a_documents_number_shows_four_characters_at_either_end(number, expected):
    assert expected == mask_number(number)


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("13800138000", "138****8000"),
        ("15212345678", "152****5678"),
        # A landline with area code and dash has 12 or 13 characters.
        ("0482-8266490", "048****6490"),
        # Shorter than the pattern: nothing is shown.
        ("1380013800", "**********"),
        ("8266490", "*******"),
        ("12345", "*****"),
        ("1", "*"),
        ("", ""),
    ],
)
def test_a_phone_number_is_shown_masked(phone, expected):
    assert expected == mask_phone(phone)


@given(st.text("0123456789-", min_size=0, max_size=20))
def test_a_mask_never_shows_more_than_seven_characters(phone):
    shown = mask_phone(phone).replace("*", "")

    assert len(shown) <= 7
    assert phone == "" or mask_phone(phone) != phone


@given(st.text(max_size=50))
def test_any_text_survives_sealing(text):
    ring = Vault({"k": OLD}, "k", {"i": INDEX})

    assert text == ring.unseal(HERE, ring.seal(HERE, text))


def test_a_process_has_no_keys_before_it_says_which():
    """In a process of its own, for this one has said so already."""
    program = (
        "from backend import vault\n"
        "try: vault.keys()\n"
        "except RuntimeError: print('none yet')\n"
        "ring = vault.Vault({'k': bytes(32)}, 'k', {'i': bytes(32)})\n"
        "vault.use(ring)\n"
        "print(vault.keys() is ring)\n"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert "none yet\nTrue\n" == said.stdout, said.stderr


def test_the_ciphertext_is_genuine_aes_gcm(ring):
    """Opened by hand with the library, so that the bound place cannot quietly change."""
    _, kid, _, nonce, sealed = ring.seal(HERE, PHONE).split(".")
    raw = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (nonce, sealed)]

    assert PHONE.encode() == AESGCM(NEW).decrypt(*raw, f"{HERE}|{kid}".encode())
