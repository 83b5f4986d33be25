"""Exercises of notebook 10: images and alignment."""

import torch
from torch.nn import functional as F

from helpers.practice.exercise import compare, exercise, require
from helpers.practice.solutions import images_and_alignment


@exercise(
    "10",
    "The image from its patches",
    hints=[
        "The patches stand row by row: with `columns` of them in a row, patch n stands in row "
        "`n // columns`.",
        "Its corner is `n // columns * P` down and `n % columns * P` to the right.",
        "A patch's numbers are pixels, row by row, and the K channels of a pixel stand side by "
        "side: `patch.view(P, P, -1)` is (P, P, K). The image wants K first.",
        "`patch.view(P, P, -1).permute(2, 0, 1)`",
    ],
    solution=images_and_alignment.image_again,
)
def check_image_again(image_again):
    """patches (N, P²·K), P, height, width -> the image (K, height, width)."""
    for K, channels in ((1, "one channel"), (3, "three channels")):
        image = torch.arange(K * 24.0).view(K, 4, 6) + 1
        got, slips = image_again(_patches(image, 2), 2, 4, 6), _slips_of_the_image(image, 2)
        compare(got, image, slips, what=f"an image of 4 × 6 pixels, {channels}")


def _patches(image, P):
    """The image (K, H, W) cut into patches (N, P²·K), row by row, channels last."""
    K = len(image)
    cut = image.unfold(1, P, P).unfold(2, P, P)  # K, row, column, y, x
    return cut.permute(1, 2, 3, 4, 0).reshape(-1, P * P * K)


def _slips_of_the_image(image, P):
    """What is wrong, in words -> what comes out then."""
    K, height, width = image.shape
    rows, columns = height // P, width // P
    patches = _patches(image, P)

    def put(inside, order):
        """Patches (K, P, P), as inside() reads them, at their places in a given order."""
        small = torch.stack([inside(patch) for patch in patches])
        grid = order(small)  # row, column, K, y, x
        return grid.permute(2, 0, 3, 1, 4).reshape(K, height, width)

    def by_rows(small):
        return small.view(rows, columns, K, P, P)

    pixels = "the patches are at their places, but inside "
    return {
        "the patches stand column by column; they were cut row by row.": put(
            _pixels(P), lambda small: small.view(columns, rows, K, P, P).transpose(0, 1)
        ),
        f"{pixels}them rows and columns are swapped.": (
            put(lambda patch: patch.view(P, P, K).permute(2, 1, 0), by_rows)
        ),
        f"{pixels}them the channels are mixed up: the channels of a pixel stand side by side.": (
            put(lambda patch: patch.view(K, P, P), by_rows)
        ),
        "these are the numbers in the order of the patches; each patch has its own corner.": (
            patches.reshape(K, height, width)
        ),
        "the channels must come first: (K, height, width).": image.permute(1, 2, 0),
    }


def _pixels(P):
    return lambda patch: patch.view(P, P, -1).permute(2, 0, 1)


@exercise(
    "10",
    "The best policy, at any price",
    hints=[
        "The formula is π_ref · exp(r / β), divided by its sum Z.",
        "For a small β the exponential is too large for any float. Its logarithm is not.",
        "ln π_ref + r / β, and a softmax exponentiates and divides by the sum, without overflow.",
        "`(reference.log() + reward / beta).softmax(-1)`",
    ],
    solution=images_and_alignment.best_policy,
)
def check_best_policy(best_policy):
    """reference (V,) probabilities, reward (V,), beta > 0 -> the best policy (V,)."""
    reference, reward = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.0, 1.0, 2.0])
    wanted = images_and_alignment.best_policy(reference, reward, 0.5)
    got = best_policy(reference.clone(), reward.clone(), 0.5)
    compare(got, wanted, _slips_of_the_policy(), what="the best policy at β = 0.5")
    reference = torch.tensor([0.5, 0.5, 0.0])
    wanted = images_and_alignment.best_policy(reference, reward, 2.0)
    got = best_policy(reference.clone(), reward.clone(), 2.0)
    words = "what the reference never says must keep probability 0"
    slips = {f"{words}, whatever its reward.": (reward / 2).softmax(-1)}
    compare(got, wanted, slips, what="the policy where the reference never gives an answer")
    reference, reward = torch.tensor([0.6, 0.4]), torch.tensor([1.0, 1.001])
    got = best_policy(reference.clone(), reward.clone(), 0.001)
    require(
        torch.as_tensor(got).isfinite().all(),
        "at β = 0.001 the exponential overflows and inf / inf is nan. Stay in logarithms and let "
        "the softmax do both.",
    )
    wanted = images_and_alignment.best_policy(reference, reward, 0.001)
    compare(got, wanted, what="the policy at β = 0.001", tolerance=1e-3)


def _slips_of_the_policy():
    """What is wrong, in words -> what comes out then, at β = 0.5."""
    reference, reward = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.0, 1.0, 2.0])
    likes = (reward / 0.5).exp()
    forgotten = "the reference is forgotten: without it there is nothing to stay close to."
    return {
        "you multiplied by β. A large β is a high price, and keeps π near the reference.": (
            (reference.log() + reward * 0.5).softmax(-1)
        ),
        forgotten: (reward / 0.5).softmax(-1),
        "the numbers do not sum to 1: divide by their sum, Z.": reference * likes,
        "the reference must enter as its logarithm, if the softmax is to multiply by it.": (
            (reference + reward / 0.5).softmax(-1)
        ),
        "these are logarithms; probabilities are asked for.": (
            (reference.log() + reward / 0.5).log_softmax(-1)
        ),
        "this is normalised before the reference comes in: it no longer sums to 1.": (
            reference * (reward / 0.5).softmax(-1)
        ),
        "β acts on the reference too; it divides the reward alone.": (
            ((reference.log() + reward) / 0.5).softmax(-1)
        ),
    }


@exercise(
    "10",
    "DPO's loss",
    hints=[
        "All four are logarithms already: ln (π / π_ref) is a difference.",
        "Let `margin` be the winner's ln (π / π_ref) less the loser's; β times it goes into σ.",
        "`torch.nn.functional.logsigmoid` is ln σ, finite also where σ rounds to 0. The loss is "
        "minus its mean.",
        "`-torch.nn.functional.logsigmoid(beta * margin).mean()`",
    ],
    solution=images_and_alignment.preference_loss,
)
def check_preference_loss(preference_loss):
    """Log-probabilities of winners and losers, policy and reference, (B,) each, and β -> loss."""
    won, ref_won = torch.tensor([-2.0, -6.0, -4.0]), torch.tensor([-3.0, -5.5, -4.0])
    lost, ref_lost = torch.tensor([-4.0, -3.0, -2.5]), torch.tensor([-3.5, -3.2, -4.5])
    given = won, lost, ref_won, ref_lost
    got = preference_loss(*(t.clone() for t in given), 0.5)
    wanted, slips = images_and_alignment.preference_loss(*given, 0.5), _slips_of_the_loss(*given)
    compare(got, wanted, slips, what="the loss of three pairs at β = 0.5")
    far = [torch.tensor([-400.0]), torch.tensor([-10.0]), torch.tensor([-10.0])]
    got = preference_loss(*far, far[-1].clone(), 1.0)
    words = (
        "σ(-390) rounds to 0, and its logarithm is infinite. `torch.nn.functional.logsigmoid` does "
        "both in one."
    )
    compare(got, 390.0, {words: float("inf")}, what="the loss of a pair that is 390 nats wrong")


def _slips_of_the_loss(won, lost, ref_won, ref_lost):
    """What is wrong, in words -> what comes out then, at β = 0.5."""
    margin = (won - ref_won) - (lost - ref_lost)
    return {
        "winner and loser are swapped: the loss must fall when the winner gains.": _loss(
            -margin / 2
        ),
        "the sign is missing: the loss is minus the mean logarithm.": -_loss(margin / 2),
        "the reference is missing: only what has changed counts.": _loss((won - lost) / 2),
        "the policy is missing: you compared the references.": _loss((ref_won - ref_lost) / 2),
        "β stands outside; it belongs into σ, with the margin.": _loss(margin) / 2,
        "β is missing.": _loss(margin),
        "you divided by β.": _loss(margin * 2),
        "policy and reference are swapped in one of the two differences.": (
            _loss(((won - ref_won) - (ref_lost - lost)) / 2)
        ),
        "the logarithm is missing: this is the mean of σ.": (margin / 2).sigmoid().mean(),
        "the logarithm is missing: this is minus the mean of σ.": -(margin / 2).sigmoid().mean(),
        "the logarithm of a mean is not the mean of the logarithms: average last.": (
            -(margin / 2).sigmoid().mean().log()
        ),
        "σ acts on the mean margin; every pair has a loss of its own.": _loss(margin.mean() / 2),
        "the sum over the pairs is not their mean.": 3 * _loss(margin / 2),
        "the mean over the pairs is missing.": -F.logsigmoid(margin / 2),
    }


def _loss(exponent):
    return -F.logsigmoid(exponent).mean()
