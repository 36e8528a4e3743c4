"""The report on a run of mutmut counts honestly, and no new survivor slips through."""

import json
from pathlib import Path

import pytest

from devtools.proof.mutation.__main__ import main
from devtools.proof.mutation.judgement import judge, told
from devtools.proof.mutation.mutants import Change, Fate, Mutant, read_mutants
from devtools.proof.mutation.survivors import Kind, Survivor, as_entry, read_survivors, survivors_table

MODULE = '''
def x_double__mutmut_orig(number: int) -> int:
    """Return twice as much."""
    return number * 2


def x_double__mutmut_1(number: int) -> int:
    """Return twice as much."""
    return number / 2


def x_double__mutmut_2(number: int) -> int:
    """Return twice as much."""
    return number * 3


class Form:
    def xǁFormǁhas__mutmut_orig(self, name: str, is_strict: bool = False) -> bool:
        return name in self.members

    def xǁFormǁhas__mutmut_1(self, name: str, is_strict: bool = True) -> bool:
        return name in self.members
'''
DOUBLE_ONE = Change("domain.sums.double", "return number * 2", "return number / 2")
DOUBLE_TWO = Change("domain.sums.double", "return number * 2", "return number * 3")
HAS = Change(
    "domain.sums.Form.has",
    "def (self, name: str, is_strict: bool = False) -> bool:",
    "def (self, name: str, is_strict: bool = True) -> bool:",
)


def run_of(directory: Path, *codes: int | None) -> Path:
    """Write what mutmut leaves behind for the three mutants of `MODULE`; return the directory."""
    keys = ("x_double__mutmut_1", "x_double__mutmut_2", "xǁFormǁhas__mutmut_1")
    module = directory / "chalicelib" / "domain" / "sums.py"
    module.parent.mkdir(parents=True)
    module.write_text(MODULE, encoding="utf-8")
    meta = {"exit_code_by_key": {f"chalicelib.domain.sums.{key}": code for key, code in zip(keys, codes, strict=True)}}
    module.with_name("sums.py.meta").write_text(json.dumps(meta), encoding="utf-8")
    module.with_name("empty.py.meta").write_text('{"exit_code_by_key": {}}', encoding="utf-8")
    return directory


def listed(change: Change) -> Survivor:
    """Return an entry of the list."""
    return Survivor(change, Kind.EQUIVALENT, "another number", "nobody counts")


def test_a_mutant_is_known_by_its_function_and_its_lines(tmp_path: Path) -> None:
    """Numbers move when a function changes; what a mutant does to it stays, in its body and in its head."""
    assert [mutant.change for mutant in read_mutants(run_of(tmp_path, 1, 1, 1))] == [DOUBLE_ONE, DOUBLE_TWO, HAS]


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        (1, Fate.KILLED), (3, Fate.KILLED), (0, Fate.SURVIVED), (5, Fate.NO_TESTS), (33, Fate.NO_TESTS),
        (36, Fate.TIMEOUT), (-24, Fate.TIMEOUT), (None, Fate.UNCLEAR), (-11, Fate.UNCLEAR), (2, Fate.UNCLEAR),
    ],
)  # fmt: skip
def test_only_a_failing_test_kills(tmp_path: Path, code: int | None, fate: Fate) -> None:
    """A crash, an interruption and a mutant that was never run are not counted as kills."""
    assert [mutant.fate for mutant in read_mutants(run_of(tmp_path, code, 1, 1))] == [fate, Fate.KILLED, Fate.KILLED]


def test_ninety_eight_of_a_hundred_are_enough_and_fewer_are_not() -> None:
    """Judge a hundred mutants, all survivors listed: 98 % is the least that is good."""
    killed, lived = Mutant(DOUBLE_ONE, Fate.KILLED), Mutant(DOUBLE_TWO, Fate.SURVIVED)
    good = judge([*([killed] * 98), lived, lived], [listed(DOUBLE_TWO)] * 2)
    bad = judge([*([killed] * 97), lived, lived, lived], [listed(DOUBLE_TWO)] * 3)
    assert (good.percent, good.is_good) == (98.0, True)
    assert (bad.percent, bad.is_good) == (97.0, False)


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.KILLED])
def test_a_mutant_that_lives_and_is_not_listed_is_named(fate: Fate) -> None:
    """However it got away; the share alone would be good."""
    judgement = judge([*([Mutant(DOUBLE_ONE, Fate.KILLED)] * 99), Mutant(DOUBLE_TWO, fate)], [])
    assert not judgement.is_good
    assert as_entry(DOUBLE_TWO) in "\n".join(told(judgement))


def test_an_entry_lets_one_mutant_live() -> None:
    """The same change twice in one function takes two entries."""
    run = [*([Mutant(DOUBLE_ONE, Fate.KILLED)] * 98), *([Mutant(DOUBLE_TWO, Fate.SURVIVED)] * 2)]
    assert len(judge(run, [listed(DOUBLE_TWO)]).unlisted) == 1
    assert not judge(run, [listed(DOUBLE_TWO)] * 2).unlisted


def test_an_entry_whose_mutant_was_killed_or_is_gone_is_told_and_no_fault() -> None:
    """The list is to shrink with the survivors."""
    judgement = judge([Mutant(DOUBLE_ONE, Fate.KILLED)], [listed(DOUBLE_ONE), listed(HAS)])
    assert judgement.is_good
    assert judgement.outlived == (DOUBLE_ONE, HAS)
    assert sum("take it off the list" in line for line in told(judgement)) == 2


def test_a_run_without_mutants_is_not_good() -> None:
    """Nothing was shown."""
    assert not judge([], []).is_good


def test_a_new_survivor_comes_as_an_entry_that_lacks_only_the_reasons(tmp_path: Path) -> None:
    """Paste what the report says: it is refused until somebody has thought about it."""
    path = tmp_path / "survivors.toml"
    path.write_text(as_entry(HAS), encoding="utf-8")
    with pytest.raises(ValueError, match="lacks kind, mutation, reason"):
        read_survivors(path)
    filled = as_entry(HAS).replace('kind = ""', 'kind = "equivalent"').replace('= ""', '= "because"')
    path.write_text(filled, encoding="utf-8")
    assert read_survivors(path) == [Survivor(HAS, Kind.EQUIVALENT, "because", "because")]


def test_an_entry_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    """A survivor is excused for one of the reasons that the page explains."""
    path = tmp_path / "survivors.toml"
    path.write_text(as_entry(HAS).replace('= ""', '= "whatever"'), encoding="utf-8")
    with pytest.raises(ValueError, match="whatever"):
        read_survivors(path)


def test_the_table_has_a_row_for_each_entry() -> None:
    """A bar in the words does not break it."""
    survivor = listed(HAS)._replace(mutation="`a | b` becomes `a`")
    rows = list(survivors_table([survivor]))
    assert rows[2:] == ["| `domain.sums.Form.has` | `a \\| b` becomes `a` | equivalent | nobody counts |"]


def test_the_command_fails_for_a_bad_run_and_for_a_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Judge a run with survivors, and ask for what it does not know."""
    assert main(["judge"], run_of(tmp_path, 1, 0, 1)) == 1
    assert "66.7 % of 3 mutants killed" in capsys.readouterr().out
    assert main(["praise"]) == 2


def test_the_command_is_content_with_a_run_without_survivors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Judge a run in which every mutant was killed, and print the table."""
    assert main(["judge"], run_of(tmp_path, 1, 1, 3)) == 0
    assert main(["table"]) == 0
    assert "| function |" in capsys.readouterr().out
