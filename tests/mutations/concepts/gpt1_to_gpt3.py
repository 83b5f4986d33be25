"""Wrong concepts of the notebook *From GPT-1 to GPT-3*."""

from tests.mutations.concept import concept

NAME = "gpt1_to_gpt3"
CONCEPTS = [
    concept(
        "a comparison at equal steps, where one has read twice the text",
        NAME,
        "At equal text BPE still leads",
        "",
        'gained = difference("GPT-2\'s, twice as long", "BPE, 512 tokens")',
        'gained = difference(full, "BPE, 512 tokens")',
    ),
    concept(
        "a tanh without its cube",
        NAME,
        "The tanh is never off by 0.0005",
        "",
        "gpt2s = x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2\n"
        'torch.testing.assert_close(gpt2s, F.gelu(x, approximate="tanh"))',
        "gpt2s = x * (1 + torch.tanh(math.sqrt(2 / math.pi) * x)) / 2",
    ),
    concept(
        "a head that learns from writing alone",
        NAME,
        "Both uses teach the matrix",
        "",
        "read, written = untied.token_embedding.weight.grad, untied.head.weight.grad\n"
        "torch.testing.assert_close(tied.token_embedding.weight.grad, read + written)",
        "written = untied.head.weight.grad\nread = 0 * written",
    ),
    concept(
        "a tied start with the spread of an embedding",
        NAME,
        "The tokens are drowned by the positions",
        "models/initialise.py",
        '        if hasattr(module, "reset_parameters"):\n            module.reset_parameters()',
        '        if hasattr(module, "reset_parameters"):\n            module.reset_parameters()\n'
        "    nn.init.normal_(model.token_embedding.weight)",
    ),
    concept(
        "a band that looks at the future too",
        NAME,
        "A dense layer compares",
        "",
        "return (s <= t) & (t - s < width)\n\n\ntorch.testing.assert_close(band(12, 4), "
        "masks.window(12, 4))",
        "return (t - s).abs() < width\n\n\nassert band(12, 4).any()",
    ),
    concept(
        "products counted once, sums forgotten",
        NAME,
        "Forward: 2 per entry and 4LTC",
        "",
        "per_token = 2 * (V * C + L * 12 * C**2)",
        "per_token = 1 * (V * C + L * 12 * C**2)",
    ),
    concept(
        "days at the peak of the card, in place of a third of it",
        NAME,
        "Save tokens first",
        "",
        "per_second = 0.35 * 165e12",
        "per_second = 165e12",
    ),
    concept(
        "heads that are cut rightly in both cases",
        NAME,
        "Cut short, the model sees the future",
        "",
        "return part.reshape(B, n_head, T, C // n_head)",
        "return part.reshape(B, T, n_head, C // n_head).transpose(1, 2)",
    ),
    concept(
        "a learner that has read nothing before",
        NAME,
        "Having read before is worth more than a nat",
        "",
        'learners = {"fine-tuned": (with_weights(shipped, brief), 2e-3)}',
        'learners = {"fine-tuned": (GPT(brief), 2e-3)}',
    ),
    concept(
        "an old self that has been tuned as well",
        NAME,
        "It pays at least 0.3 nats more for its own old texts",
        "",
        'models = (old_self, learners["fine-tuned"][0])',
        'models = (learners["fine-tuned"][0], learners["fine-tuned"][0])',
    ),
    concept(
        "a control that changes nothing",
        NAME,
        "The second time is free, and it is the context that tells",
        "",
        'f"Hey, {w},", f"Hey, {o},"',
        'f"Hey, {w},", f"Hey, {w},"',
    ),
    concept(
        "a reader of lists that has learned nothing",
        NAME,
        "One example is enough, for a rule of its text",
        "",
        "    updates.zero_grad()\n    loss.backward()\n    updates.step()",
        "    updates.zero_grad()",
    ),
    concept(
        "one fit taken for a thousand draws",
        NAME,
        "After little text the limit is less certain",
        "",
        "redrawn = power_laws.bootstrap(sizes, seeds)",
        "redrawn = [laws[name]] * 1000",
    ),
    concept(
        "a law fitted without a limit",
        NAME,
        "Both limits lie above the truth",
        "theory/power_laws.py",
        "    limit = y_mean - slope * x_mean[:, 0]\n",
        "    limit = 0 * slope\n",
    ),
    concept(
        "another budget for the best model than for GPT-3",
        NAME,
        "A seventh of the size, and a lower loss",
        "",
        "reached = {name: printed_law.loss(N, budget / 6 / N) for name, N in spent.items()}",
        "reached = {name: printed_law.loss(N, 300e9) for name, N in spent.items()}",
    ),
    concept(
        "the printed constants taken for the refitted ones",
        NAME,
        "Only the refitted law asks for about 20 tokens",
        "",
        "refitted = scaling.LossLaw(E=1.8172, A=482.01, B=2085.43, a=0.3478, b=0.3658)",
        "refitted = scaling.LossLaw(E=1.8172, A=406.4, B=410.7, a=0.34, b=0.28)",
    ),
]
