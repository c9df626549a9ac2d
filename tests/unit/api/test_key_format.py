"""The form of an API key."""

from __future__ import annotations

import re
import zlib

from hypothesis import assume, given
from hypothesis import strategies as st

from portal_app.api.key_format import compose, hint_of, is_well_formed
from portal_app.kit.ids import ALPHABET
from portal_app.kit.logging import redact


@given(st.text(), st.booleans())
def test_what_is_composed_is_well_formed(secret: str, live: bool) -> None:
    key = compose(secret, live=live)
    assert is_well_formed(key)
    assert re.fullmatch(rf"bpk_{'live' if live else 'test'}_[0-9A-Za-z]{{43}}", key)
    assert compose(secret, live=live) == key


def test_the_checksum_is_crc_32_in_base62() -> None:
    key = compose("anything", live=False)
    value = 0
    for character in key[-6:]:
        value = value * 62 + ALPHABET.index(character)
    assert value == zlib.crc32(key[:-6].encode())


@given(st.text(), st.integers(0, 51), st.sampled_from(ALPHABET + "_-é \n"))
def test_one_wrong_character_is_noticed(secret: str, place: int, wrong: str) -> None:
    key = compose(secret, live=False)
    assume(key[place] != wrong)
    assert not is_well_formed(key[:place] + wrong + key[place + 1 :])


@given(st.text(), st.integers(9, 50))
def test_two_swapped_characters_are_noticed(secret: str, place: int) -> None:
    key = compose(secret, live=True)
    swapped = key[:place] + key[place + 1] + key[place] + key[place + 2 :]
    assume(swapped != key)
    assert not is_well_formed(swapped)


@given(st.text())
def test_no_stray_text_is_well_formed(text: str) -> None:
    assert not is_well_formed(text)


def test_different_secrets_make_different_keys() -> None:
    assert len({compose(str(number), live=False) for number in range(1000)}) == 1000


def test_a_hint_tells_keys_apart_and_nothing_else() -> None:
    key = compose("anything", live=True)
    assert hint_of(key) == f"bpk_live_…{key[-4:]}"


def test_logs_mask_keys() -> None:
    key = compose("anything", live=False)
    assert key not in redact(f"refused {key}, sorry")
    assert key[9:] not in redact(f"Bearer {key}")
