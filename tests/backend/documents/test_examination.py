"""G11, the content: is every hostile file refused in its own words, and every sound one drawn anew?

The catalogue runs in this process, which is quick; that the process it runs in for strangers is
confined, and what becomes of bombs, is seen in that process itself.
"""

import io
import os
import sys

import pytest
from PIL import Image

from backend.documents import examination
from backend.documents.confined import images, limits, pdfs
from backend.documents.confined.refused import Refused
from backend.documents.examination import COMMAND, ENVIRON, ROOT, examine, kind_of, mark
from backend.documents.kinds import FileType, Unfit
from backend.errors import ExaminerBusy, Invalid
from miniprogram_api import specimen
from tests.backend.documents import hostile
from tests.backend.documents.hostile import G11, a_pdf, flood, jpeg, made, png


def found_here(content: bytes) -> str:
    """What the readers say, without the process around them."""
    kind = kind_of(content)
    if kind is None:
        return (Unfit.WRONG_TYPE if content else Unfit.EMPTY).name.lower()
    reader = pdfs if kind is FileType.PDF else images
    try:
        return str(reader.examined(content)[0]["type"])
    except Refused as refused:
        return str(refused)


@pytest.mark.parametrize("name", sorted(G11))
def test_g11(name):
    expected = G11[name][1]
    said = expected.value if isinstance(expected, FileType) else expected.name.lower()

    assert said == found_here(made(name))


def test_every_reason_that_a_file_itself_can_give_is_tried():
    tried = {expected for _, expected in G11.values() if isinstance(expected, Unfit)}

    # The limits and the scanner give these.
    assert set(Unfit) - {Unfit.TOO_COMPLEX, Unfit.INFECTED} == tried


def test_every_reason_has_words_of_its_own_that_say_what_to_do():
    assert len(Unfit) == len({each.value for each in Unfit})


def reason(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        examine(content)
    assert [{"pointer": "#/file", "detail": refused.value.detail}] == refused.value.more["errors"]
    return str(refused.value.more["reason"])


def test_a_sound_pdf_comes_back_byte_for_byte():
    whole = a_pdf(2)

    assert (FileType.PDF, 2, whole) == examine(whole)


def test_up_23_a_picture_comes_back_upright_and_says_nothing_about_its_maker():
    sent = hostile.located_jpeg()
    assert b"Exif" in sent and b"<?php" in sent

    found = examine(sent)

    kept = Image.open(io.BytesIO(found.content))
    assert (FileType.JPEG, (30, 40)) == (found.type, kept.size)  # 40 × 30, lying on its side.
    assert not kept.getexif()
    assert [] == [word for word in (b"Exif", b"<?php", b"Maker") if word in found.content]


@pytest.mark.parametrize("make", [hostile.two_pictures_in_one_jpeg, hostile.png])
def test_what_the_confined_process_reads_is_what_is_read_here(make):
    """Nothing that is loaded only when it is needed may be missing there."""
    assert images.examined(make())[1] == examine(make()).content


@pytest.mark.parametrize("make", [flood, hostile.circular_pages, hostile.inflating_pdf])
def test_up_21_up_22_bombs_end_in_a_refusal(make):
    assert reason(make()) in ("too_large", "broken", "too_complex")


@pytest.mark.parametrize("make", [hostile.circular_xref, hostile.endless_length])
def test_up_21_a_pdf_that_leads_nowhere_is_an_answer_within_the_limits(make):
    try:
        assert 1 == examine(make()).pages
    except Invalid as refused:
        assert "broken" == refused.more["reason"]


INSIDE = """
import resource, socket, sys
from backend.documents.confined import limits
limits.confine(limits.MEMORY["pdf"], {cpu_s})
import signal
{what}
"""


def confined(what: str, cpu_s: int = limits.CPU_S) -> tuple[dict, bytes]:
    """Run a few lines in a process that confines itself as the real one does."""
    command = (sys.executable, "-s", "-E", "-c", INSIDE.format(what=what, cpu_s=cpu_s))
    return examination._asked(command, b"")


def test_g05_computing_for_too_long_ends_the_process():
    assert 5 == limits.CPU_S
    assert "TOO_COMPLEX" == confined("while True: pass", cpu_s=1)[0]["unfit"]


@pytest.mark.reliability
def test_g05_five_seconds_of_computing_end_the_process():
    assert "TOO_COMPLEX" == confined("while True: pass")[0]["unfit"]


def test_g05_256_mebibytes_end_the_process():
    assert "TOO_COMPLEX" == confined("held = bytearray(257 * 2**20)")[0]["unfit"]
    assert {} == confined("held = bytearray(100 * 2**20); print(dict())")[0]


def test_after_the_doors_are_shut_no_file_and_no_line_can_be_opened():
    what = """
limits.shut()
tried = []
for call in (lambda: open("/etc/passwd"), lambda: socket.socket()):
    try: call(); tried.append(True)
    except OSError: tried.append(False)
try: resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9)); tried.append(True)
except (ValueError, OSError): tried.append(resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 3)
sys.stdout.write(str({"tried": 1 if any(tried) else 0}).replace("'", '"') + "\\n")
"""
    if os.geteuid() == 0:
        what = what.replace("resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))", "raise OSError")

    assert {"tried": 0} == confined(what)[0]


def test_the_process_is_told_nothing_of_ours():
    os.environb[b"DATA_KEYS"] = b"k1:secret"
    try:
        what = "import os; sys.stdout.write('{\"n\": %d}' % ('DATA_KEYS' in os.environ))"
        assert {"n": 0} == confined(what)[0]
    finally:
        del os.environb[b"DATA_KEYS"]
    assert {"LANG", "PYTHONDONTWRITEBYTECODE"} == set(ENVIRON)
    assert COMMAND[0] == sys.executable and (ROOT / "backend").is_dir()


def test_a_process_that_only_waits_is_not_waited_for():
    command = (sys.executable, "-s", "-E", "-c", "import time; time.sleep(30)")

    with pytest.raises(ExaminerBusy):
        examination._asked(command, b"", patience_s=0.2)


def test_so_many_at_once_and_no_more():
    held = [examination._slots.acquire() for _ in range(examination.SLOTS)]
    try:
        with pytest.raises(ExaminerBusy):
            examine(png(), wait_s=0.05)
    finally:
        for _ in held:
            examination._slots.release()

    assert FileType.PNG is examine(png()).type


def test_a_mark_is_on_every_page_and_every_picture():
    text = "仅限审核申请使用\n王经理 2026-11-24\nRZ-2026-000001"

    for sent in (png(size=(400, 300)), jpeg(size=(400, 300))):
        copy = mark(sent, text)
        picture = Image.open(io.BytesIO(copy.content)).convert("RGB")
        reddish = sum(1 for r, g, _ in picture.get_flattened_data() if r > g + 40)
        assert reddish > 1000
    assert 3 == mark(a_pdf(3), text).pages


@pytest.mark.reliability
@pytest.mark.parametrize("make", [png, jpeg])
@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA"])
def test_whatever_is_taken_can_be_marked_as_well(make, mode):
    """As many pixels as may be, in every mode: what nobody could open must not come in."""
    if make is jpeg and mode in ("P", "RGBA"):
        pytest.skip("no such JPEG")

    kept = examine(make(mode, (8_000, 5_000))).content

    assert 1 == mark(kept, "仅限审核申请使用").pages


def test_what_the_demo_brings_is_a_sound_page():
    found = examine(specimen.page("id_card"))

    assert (FileType.PDF, 1) == (found.type, found.pages)
