"""Wrong concepts of the notebook *Train a GPT*."""

from tests.mutations.concept import concept

NAME = "train_a_gpt"
CONCEPTS = [
    concept(
        "a GPT trained to repeat its input",
        NAME,
        "After 1,000 steps GPT-0",
        "",
        "logits, loss = by_hand(x, y)",
        "logits, loss = by_hand(x, x)",
    ),
    concept(
        "an estimate from one window, taken many times",
        NAME,
        "The lecture's start pays more",
        "",
        "model(*batches.sample(ids, 16, 8))[1]",
        "model(*batches.windows(ids, torch.zeros(16, dtype=torch.long), 8))[1]",
    ),
    concept(
        "Adam that does not correct its young means",
        NAME,
        "Six lines are Adam",
        "",
        'm_hat = memory["m"] / (1 - betas[0] ** t)',
        'm_hat = memory["m"]',
    ),
    concept(
        "a long context that is short",
        NAME,
        "With 64 characters it pays less",
        "",
        "better = GPT(GPTConfig(block_size=64",
        "better = GPT(GPTConfig(block_size=8",
    ),
    concept(
        "an untrained model in the strips",
        NAME,
        "It pays about what it pays",
        "",
        "log_p = better(windows[:, :-1])",
        "log_p = GPT(better.config)(windows[:, :-1])",
    ),
    concept(
        "one model that writes for two",
        NAME,
        "The lower the loss, the more words",
        "",
        '"C": (GPT.load("../data/checkpoints/playwright"), 256)',
        '"C": (by_hand, 8)',
    ),
    concept(
        "the weights taken for their gradients",
        NAME,
        "Most of a gradient lies",
        "",
        "p.grad.flatten().abs() for p in shipped.parameters()",
        "p.detach().flatten().abs() for p in shipped.parameters()",
    ),
]
