"""A policy that is not fit is refused with every reason at once."""

import shutil
from datetime import date

import pytest

from eligibility.policy import PolicyRefused, bundled, load
from tests.eligibility.small import FOLDER, POLICY

CHANGES = [
    ("policy.toml", "all(member", "all(membr", "rule grant, when: column 5: membr is no declared"),
    ("policy.toml", "all(member", "all(exec('x')", "line 1, column 5"),
    ("policy.toml", "all(member", "all(grant", "names grant, which names it in turn"),
    ("policy.toml", 'clause = "一"', "", "clause is missing"),
    ("policy.toml", 'id = "grant"', 'id = "member"', "no fact's"),
    ("policy.toml", '["A01"]', '["A01", "A02"]', "A02: no ruling, note or judgement"),
    ("policy.toml", "p.tenants", "p.nothing", "p.nothing is no declared parameter"),
    ("policy.toml", "at_least", "roughly", "an amount is one of"),
    ("facts.toml", '"date"', '"moment"', "type is one of"),
    ("facts.toml", 'actionable = "t"', "colour = 1", "colour is unknown"),
    ("parameters.toml", "2022-06-01", "2022-04-31", "parameters.toml, file"),
    ("parameters.toml", "value = 6", "value = 6.5", "whole number"),
    ("parameters.toml", "valid_to = 2024-12-31", "valid_to = 2021-12-31", "before it begins"),
    ("rulings.toml", '"wide", "narrow"', '"wide", "small"', "r.scope has readings wide, small"),
    ("labels.zh.toml", '"local" =', '"lokal" =', "'local' is missing (rule grant)"),
    ("labels.zh.toml", "{p.months}", "{p.month}", "p.month is no declared parameter"),
    ("labels.zh.toml", 'months = "要满几个月"', "", "months is missing"),
    ("labels.zh.toml", 'question = "有多少户？"', 'help = ""', "question is missing"),
    ("facts.toml", '"code"', '"enum", values = ["east"]', "options.east is missing"),
    (
        "facts.toml",
        '"code"',
        '"code", group = "place"',
        "facts can be asked together",
    ),
    ("facts.toml", '"bool"', '"bool", group = "who"', "[group.who]: question is missing"),
]


@pytest.mark.parametrize(("file", "was", "becomes", "said"), CHANGES)
def test_a_fault_is_told_with_its_place(tmp_path, file, was, becomes, said):
    folder = shutil.copytree(FOLDER, tmp_path / "small_policy")
    text = (folder / file).read_text("utf-8")
    assert was in text
    (folder / file).write_text(text.replace(was, becomes, 1), "utf-8")

    with pytest.raises(PolicyRefused) as refused:
        load(folder)

    assert any(said in fault for fault in refused.value.faults), refused.value.faults


def test_a_missing_file_is_a_fault(tmp_path):
    with pytest.raises(PolicyRefused, match="is missing"):
        load(tmp_path)


def test_words_and_numbers_leave_the_hash_alone_and_a_condition_changes_it(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "one")
    labels = folder / "labels.zh.toml"
    labels.write_text(labels.read_text("utf-8").replace("是成员", "为成员"), "utf-8")
    other = shutil.copytree(FOLDER, tmp_path / "two")
    rules = other / "policy.toml"
    conditions = rules.read_text("utf-8").replace("all(member, founded", "all(founded")
    rules.write_text(conditions, "utf-8")
    (other / "labels.zh.toml").write_text(
        labels.read_text("utf-8").replace('"member" = "为成员"\n', ""), "utf-8"
    )

    assert POLICY.hash == load(folder).hash
    assert POLICY.hash != load(other).hash


def test_the_policy_of_2022_is_confirmed_for_its_own_year_only():
    policy = bundled("xingan_2022")

    assert policy.confirmed(date(2022, 12, 31))
    assert not policy.confirmed(date(2023, 1, 1))
    assert not policy.confirmed(date(2022, 3, 29))
