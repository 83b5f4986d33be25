"""Muon: steps equally long in every direction of a matrix, and AdamW for all else."""

import copy

import pytest
import torch

from helpers.learning.muon import SIZE, muon, orthogonal
from helpers.learning.optimizer import optimizer
from tests.learning.ring import FLOOR, new_model, run, same, stop_at

LR, DECAY = 0.01, 0.1


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(8, 8), (24, 8), (8, 32)])
def test_directions_stay_and_their_lengths_are_evened_out(shape):
    matrix = random(*shape) * torch.logspace(0, -1, shape[1])  # lengths that differ
    U, S, V = torch.linalg.svd(matrix, full_matrices=False)
    lengths = (U.mT @ orthogonal(matrix) @ V.mT).double()
    off_diagonal = lengths - lengths.diag().diag()
    assert off_diagonal.abs().max() < 1e-4  # the same directions, in the same pairs
    assert S.max() / S.min() > 3
    assert lengths.diag().min() > 0.6 and lengths.diag().max() < 1.25


def test_by_hand_one_number_becomes_about_one():
    # a 1×1 matrix is divided by itself, then goes through 3.4445 x - 4.7750 x³ + 2.0315 x⁵
    x = 1.0
    for _ in range(5):
        x = 3.4445 * x - 4.7750 * x**3 + 2.0315 * x**5
    assert orthogonal(torch.tensor([[-7.0]])).item() == pytest.approx(-x, rel=1e-4)


def test_a_stack_of_matrices_is_each_of_them_whatever_its_length():
    stack = random(3, 6, 4)
    each = torch.stack([orthogonal(100 * matrix) for matrix in stack])
    torch.testing.assert_close(orthogonal(stack), each, atol=1e-5, rtol=1e-4)


def test_a_gradient_of_nothing_moves_nothing():
    assert orthogonal(torch.zeros(4, 4)).eq(0).all()


def with_gradients(gpt, seed):
    for i, parameter in enumerate(gpt.parameters()):
        parameter.grad = random(*parameter.shape, seed=100 * seed + i)


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="PyTorch has Muon from 2.9 on")
def test_matrices_of_the_blocks_move_as_pytorchs_muon_moves_them():
    """PyTorch rounds to bfloat16, so a step may differ by a few hundredths of its length."""
    ours, theirs = new_model(), new_model()
    inside = {n: p for n, p in theirs.blocks.named_parameters() if p.dim() == 2}
    twin = torch.optim.Muon(
        inside.values(), lr=LR, weight_decay=DECAY, adjust_lr_fn="match_rms_adamw"
    )
    mine = muon(ours, LR, DECAY)
    for step in range(3):
        before = {n: p.detach().clone() for n, p in inside.items()}
        for gpt, updates in ((ours, mine), (theirs, twin)):
            with_gradients(gpt, step)
            updates.step()
        for name, parameter in ours.blocks.named_parameters():
            if parameter.dim() == 2:
                moved = (inside[name] - before[name]).norm()
                assert (parameter - inside[name]).norm() < 0.1 * moved, (step, name)
                inside[name].data.copy_(parameter)


def test_all_else_moves_as_adamw_moves_it():
    ours, theirs = new_model(), new_model()
    for gpt, updates in ((ours, muon(ours, LR, DECAY)), (theirs, optimizer(theirs, LR, DECAY))):
        for step in range(3):
            with_gradients(gpt, step)
            updates.step()
    inside = {name for name, p in ours.blocks.named_parameters() if p.dim() == 2}
    for (name, a), b in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        same = torch.equal(a, b)
        assert same != (name.removeprefix("blocks.") in inside), name


def test_a_step_is_as_large_as_adamws():
    gpt = new_model()
    before = copy.deepcopy(gpt)
    updates = muon(gpt, LR, weight_decay=0.0)
    with_gradients(gpt, 0)
    updates.step()
    for (name, a), b in zip(gpt.blocks.named_parameters(), before.blocks.parameters(), strict=True):
        if a.dim() == 2:
            size = (a - b).square().mean().sqrt().item() / LR
            assert 0.6 * SIZE < size < 1.25 * SIZE, name


def test_decay_pulls_the_matrices_toward_zero():
    gpt = new_model()
    before = copy.deepcopy(gpt)
    updates = muon(gpt, LR, weight_decay=0.5)
    for parameter in gpt.parameters():
        parameter.grad = torch.zeros_like(parameter)
    updates.step()
    for (name, a), b in zip(gpt.named_parameters(), before.parameters(), strict=True):
        kept = 1.0 if a.dim() < 2 else 1 - LR * 0.5
        torch.testing.assert_close(a, kept * b, msg=name)


def test_it_comes_close_to_the_floor_and_stays_above():
    for seed in range(3):
        history = run(new_model(seed, dropout=0.0), seed=seed, optimizer=muon, steps=200)
        assert 0 < history.val_loss[-1] - FLOOR < 0.1


def test_a_run_with_muon_is_resumed_exactly_and_not_by_adamw(tmp_path):
    unbroken, resumed = new_model(), new_model(seed=5)
    run(unbroken, optimizer=muon)
    run(new_model(), optimizer=muon, checkpoint=tmp_path, on_step=stop_at(13))
    with pytest.raises(ValueError, match="optimizer"):
        run(new_model(), checkpoint=tmp_path)
    run(resumed, optimizer=muon, checkpoint=tmp_path)
    assert same(unbroken, resumed)
