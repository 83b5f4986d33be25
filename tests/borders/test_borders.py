"""Plausible slips at the borders of the public API: each gets one clear error, none goes through.

`calls` says how each function is called rightly; `slips` changes one argument at a time as a
student might: another shape or kind of number, a batch for one, nothing, a number out of range,
NaN, arguments exchanged, a list. An error is clear when our own code raises it and it says what
must hold, what came and what to try. A slip that changes nothing does not count.
"""

from collections import Counter

import pytest
import torch

from helpers.text import batches
from tests.borders.calls import calls
from tests.borders.slips import Call, call, numbers, outcome, slips
from tests.borders.used import used

CLEAR = 0.95  # of the plausible slips
# Wrong on purpose and printed with their mistakes, or about a record; they have tests of their own.
ELSEWHERE = ("practice.asked", "practice.bugs", "practice.exercises")
# Without an argument of a reader's, printed as short as can be, or tried by another name here.
WITHOUT = {
    "learning.captioning.caption_ids", "learning.captioning.tokenizer", "learning.run.History",
    "learning.distilling.text_loss", "learning.sparse.sparse_loss",
    "learning.speculative._one_call", "learning.step.take_step",
    "models.gpt.GPT.from_pretrained", "models.lens.patched", "models.modes.hooked",
    "models.rounded.q4_1", "practice.collected.claims", "text.chats.sums",
    "text.cuts.load", "text.merges.PairCounts", "text.merges.PairCounts.merge",
    "text.merges.PairCounts.most_frequent", "text.playwright.grammar",
    "text.playwright.bigram_entropy", "text.playwright.characters", "text.playwright.entropy_rate",
    "text.playwright.expectation.character_counts", "text.playwright.expectation.entropy_of",
    "text.playwright.expectation.pair_counts", "text.playwright.unigram_entropy",
    "text.published.load", "text.simple_bpe.encode", "text.simple_bpe.train",
    "text.simple_bpe.vocabulary", "text.smollm.chat", "text.smollm.load",
    "text.tasks.counting.answer_tokens", "text.tasks.counting.child",
    "text.tasks.counting.questions", "text.tasks.counting.rewarded", "text.tasks.counting.right",
    "text.tasks.counting.tokenizer", "text.tasks.drawings.templates",
    "text.tasks.number_words.tokenizer", "theory.boosting.Ensemble",
    "views.drawing.source.listing", "views.plots.stages.training_stages",
}  # fmt: skip


def name_of(right: Call) -> str:
    return right.name.partition(" with ")[0]


@pytest.fixture(scope="module")
def outcomes():
    """Every slip: the call's name, the slip's, and what it led to."""
    found = []
    for right in calls():
        answer = numbers(right.run())
        for slip, changed in slips(right):
            found.append((name_of(right), slip, outcome(right, slip, changed, answer)))
    return found


def share_of_clear(found):
    counts = Counter(what.split()[0] for *_, what in found)
    wrong = sum(counts.values()) - counts["fine"]
    print(f"{wrong} slips: {dict(counts)}")
    return counts["clear"] / wrong


def test_a_slip_in_what_notebooks_use_gets_a_clear_error(outcomes):
    mine = [row for row in outcomes if row[0] in used()]
    assert len(mine) > 3500
    assert share_of_clear(mine) >= CLEAR, [
        row for row in mine if row[2][:5] not in ("clear", "fine")
    ]


def test_a_slip_anywhere_gets_a_clear_error(outcomes):
    assert share_of_clear(outcomes) >= CLEAR


def test_no_slip_returns_nan_or_infinity_without_a_word(outcomes):
    assert [row for row in outcomes if row[2] == "nonsense"] == []


def test_what_notebooks_use_is_tried():
    tried = {name_of(right) for right in calls()} | WITHOUT
    missed = {name for name in used() - tried if not name.startswith(ELSEWHERE)}
    assert missed == set()


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (lambda x: x, "fine"),
        (lambda x: x / 0, "nonsense"),
        (lambda x: x + 1, "returned"),
        (lambda x: x.nothing, "raw AttributeError"),
        (lambda x: batches.windows(x, x, 0), "clear"),
    ],
)
def test_each_outcome_is_told_from_the_others(function, what):
    right, x = Call("f", lambda: function, {"x": torch.ones(2)}), [torch.ones(2).numpy()]
    assert outcome(right, "x: a slip", {}, x).startswith(what)


def test_slips_change_shape_kind_value_and_order():
    right = call(batches.windows, torch.arange(9), torch.tensor([0, 1]), 4)
    found = {slip for slip, _ in slips(right)}
    assert {"starts: list", "starts: empty", "starts: negative", "block_size: share"} <= found
    assert "starts and block_size swapped" in found


def test_the_names_that_notebooks_use_are_found():
    assert {"models.gpt.GPT", "text.batches.sample", "theory.em.fit"} <= used()
