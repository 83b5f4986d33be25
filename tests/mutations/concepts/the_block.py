"""Wrong concepts of the notebook *The block*."""

from tests.mutations.concept import concept

NAME = "the_block"
CONCEPTS = [
    concept(
        "Xavier's start for queries, keys and values as one matrix",
        NAME,
        "Xavier's query matrices",
        "models/initialise.py",
        'chunk(3 if name.endswith("qkv") else 1)',
        "chunk(1)",
    ),
    concept(
        "the answers of a plain model that has learned nothing",
        NAME,
        "Every text gets the same answer",
        "",
        "answers = plain(x_ids)[0][:, -1]",
        'answers = ladder.step("blocks, no residuals", deep)(x_ids)[0][:, -1]',
    ),
    concept(
        "a network without a bend",
        NAME,
        "The ReLU bends the line",
        "",
        "bent = (moved @ W1.T + shift).relu() @ W2.T",
        "bent = (moved @ W1.T + shift) @ W2.T",
    ),
    concept(
        "a stream that does not carry its input on",
        NAME,
        "With residuals layer 1 gets about as much",
        "models/block.py",
        "x = x + self.attention(x, cache)\n        return x + self.mlp(x)",
        "x = self.attention(x, cache)\n        return self.mlp(x)",
    ),
    concept(
        "a norm over the batch",
        NAME,
        "LayerNorm: the first text keeps its answer",
        "",
        "nn.LayerNorm(64)",
        "lambda x: (x - x.mean(0)) / x.std(0)",
    ),
    concept(
        "a rate at which nothing breaks",
        NAME,
        "Rate 0.03 breaks residual blocks",
        "",
        '"lr": 0.03, "eval_every": 60',
        '"lr": 0.003, "eval_every": 60',
    ),
    concept(
        "only the networks' matrices start smaller",
        NAME,
        "GPT-2's stream does not grow",
        "models/initialise.py",
        'if name.endswith("projection.weight")',
        'if name.endswith("mlp.projection.weight")',
    ),
    concept(
        "a logged loss that is measured afterwards, without dropout",
        NAME,
        "The logged loss is the highest",
        "",
        'logged, now = live["dropout"].train_loss[-1], evaluate(models["dropout"], train_ids)',
        'logged = now = evaluate(models["dropout"], train_ids)',
    ),
    concept(
        "Xavier's start that is PyTorch's",
        NAME,
        "The untrained model pays hundreds",
        "",
        "model = initialise.xavier(ladder.step(step, deep))",
        "model = ladder.step(step, deep)",
    ),
]
