"""The ideas of the course: each in one sentence and one formula, where it is built, what it needs.

column, row: its place on the map (helpers.views.pictures.idea_map). Notebook *Summary*.
"""

from dataclasses import dataclass

from helpers.views.drawing import given

PROBABILITY, TEXT, MODEL, USE, EXPERTS = "probability", "text", "model", "use", "experts"
KINDS = (PROBABILITY, TEXT, MODEL, USE, EXPERTS)


@dataclass(frozen=True)
class Idea:
    """A box of the map. notebook: its file; rests_on: names of the ideas that it needs first."""

    name: str
    kind: str
    column: int
    row: int
    notebook: str
    section: str
    sentence: str
    formula: str
    rests_on: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name of the notebook that builds it."""
        return TITLES[self.notebook]


START, RNN, WHOLE = "00_start_here", "03_from_rnn_to_attention", "04_transformer_to_gpt"
TOKENS, TABLE, HEADS = "01_text_to_tokens", "02_bigram_and_its_floor", "06_attention"
BLOCK, TRAIN, WRITE = "07_the_block", "08_train_a_gpt", "09_generate"
SIZES, TOWARD, MIXTURE = "10_gpt1_to_gpt3", "11_toward_gpt4", "13_mixture_of_experts"
DIVERSITY, MOE, ALIGNED = "14_diversity_and_error", "15_moe_in_gpt", "12_alignment"
BOTH_SIDES, MODERN, ENGLISH = "05_bert_gpt_and_the_mask", "16_modern_block", "17_a_model_of_english"
ADAPT, CHECKED, INSIDE = "18_adapt_a_model", "19_checked_rewards", "20_inside"
TITLES = {
    START: "Start here", RNN: "From RNN to attention", WHOLE: "The Transformer",
    TOKENS: "Text to tokens", TABLE: "The bigram and its floor", HEADS: "Attention",
    BLOCK: "The block", TRAIN: "Train a GPT", WRITE: "Generate",
    SIZES: "From GPT-1 to GPT-3", TOWARD: "Toward GPT-4", MIXTURE: "Mixture of experts",
    DIVERSITY: "Diversity and error", MOE: "Mixture of experts in GPT", ALIGNED: "Alignment",
    BOTH_SIDES: "BERT, GPT and the mask", MODERN: "The modern block", ENGLISH: "A model of English",
    ADAPT: "Adapt a model", CHECKED: "Rewards that can be checked", INSIDE: "Inside the model",
}  # fmt: skip

# fmt: off
IDEAS = (
    Idea("P(next | past)", PROBABILITY, 0, 0, RNN, "A text is a product",
         "Any probability of a text is a product: each token given all tokens before it.",
         "P(x₁ … x_T) = Π P(x_t | x_<t)"),
    Idea("Entropy", PROBABILITY, 0, 1, START, "The floor",
         "No model can pay less, on average, than the author's own uncertainty.",
         "E[−ln q] ≥ E[−ln p] = H", ("P(next | past)",)),
    Idea("Least KL", PROBABILITY, 0, 2, WHOLE, "Maximum likelihood is least KL",
         "Maximum likelihood brings the model as near to the truth as it can get.",
         "CE(p, q) = H(p) + KL(p ‖ q)", ("Entropy",)),
    Idea("RNN", MODEL, 2, 0, RNN, "How far back it learns",
         "A state of fixed size is the only road from the past to the future.",
         "h_t = tanh(W x_t + U h_t₋₁ + b)", ("P(next | past)",)),
    Idea("Attention", MODEL, 2, 1, RNN, "Queries, keys and values",
         "Every position takes from those in view by how well its query fits their keys.",
         "softmax(q kᵀ / √d_k) v", ("RNN",)),
    Idea("Positions", MODEL, 1, 1, RNN, "Order is not seen",
         "Attention reads a set; a vector for each place makes it a sequence.",
         "x_t = token_t + position_t"),
    Idea("Many heads", MODEL, 3, 1, HEADS, "Many heads",
         "Several small attentions ask several questions at once, for the same price.",
         "concat(head₁, …, head_h) W", ("Attention",)),
    Idea("Transformer", MODEL, 2, 2, WHOLE, "The whole Transformer",
         "An encoder reads all of X, a decoder writes Y and looks at what was read.",
         "P(Y | X) = Π P(y_t | y_<t, X)", ("Attention", "Positions", "Many heads")),
    Idea("BERT", MODEL, 3, 2, BOTH_SIDES, "The encoder alone: BERT",
         "The encoder alone guesses hidden tokens from both sides; it has no P(X).",
         "P(x_hidden | x_seen)", ("Transformer",)),
    Idea("Causal mask", MODEL, 1, 3, BOTH_SIDES, "The mask keeps a model honest",
         "The future gets weight zero, so each factor sees its own past only.",
         "score_ts = −∞ for s > t", ("Least KL",)),
    Idea("GPT", MODEL, 2, 3, WHOLE, "Leave the encoder out",
         "The decoder alone, without cross-attention: one distribution over texts.",
         "P(X) = Π P(x_t | x_<t)", ("Transformer", "Causal mask")),
    Idea("The block", MODEL, 2, 4, BLOCK, "Steps 5 and 6: many blocks, and the plus sign",
         "Attention, then a network for each position; both are added, both normalised.",
         "x + f(norm(x))", ("GPT",)),
    Idea("Tokens", TEXT, 0, 5, TOKENS, "Characters as tokens",
         "A text becomes numbers, and every position of a window is an example.",
         "x (B, T) → targets (B, T)"),
    Idea("Bigram", PROBABILITY, 1, 5, TABLE, "Counting",
         "One character of past: counting is the best answer, its loss is known.",
         "P(b | a) = n(ab) / n(a)", ("Tokens", "Least KL")),
    Idea("GPT-0", MODEL, 2, 5, TRAIN, "The training loop, by hand",
         "Four blocks and 200,000 numbers, trained by gradient descent on −ln P.",
         "loss = −mean ln P(x_t | x_<t)", ("The block", "Bigram")),
    Idea("Sampling", USE, 3, 5, WRITE, "Temperature",
         "One draw from P after the other writes a text; temperature sharpens P.",
         "p ∝ exp(logit / temperature)", ("GPT-0",)),
    Idea("Byte pairs", TEXT, 1, 6, TOKENS, "Larger tokens: byte-pair encoding",
         "The commonest pair becomes a token, again and again; nothing is lost.",
         "bits per character = nats / (ln 2 · characters)", ("Tokens",)),
    Idea("GPT-1, -2, -3", MODEL, 2, 6, SIZES, "Sizes, to the last parameter",
         "The same model with a few careful changes, up to 800,000 times as large.",
         "N = VC + TC + L(12C² + 13C) + 2C", ("GPT-0", "Byte pairs")),
    Idea("KV cache", USE, 3, 6, WRITE, "The cache, by hand",
         "Keys and values of the past do not change, so they are kept.",
         "2 · L · C · bytes per token", ("Sampling",)),
    Idea("Scaling laws", MODEL, 2, 7, SIZES, "Larger models, lower losses",
         "Loss falls as a power of size and of text, towards the entropy.",
         "L = E + A / Nᵃ + B / Dᵇ", ("GPT-1, -2, -3",)),
    Idea("Alignment", USE, 3, 7, ALIGNED, "The best policy",
         "The best trade of reward against distance tilts the old distribution.",
         "π* = π_ref exp(r / β) / Z", ("GPT-1, -2, -3",)),
    Idea("Rotary", MODEL, 1, 7, MODERN, "Rotary positions",
         "Queries and keys are turned by their place, so a score knows distances only.",
         "(R_s q) · (R_t k) = q · (R_t₋s k)", ("GPT-1, -2, -3",)),
    Idea("Drafts", USE, 4, 5, ENGLISH, "A small model drafts",
         "A small model drafts, the large one checks; the text is the large one's.",
         "kept with min(1, p / q)", ("Sampling",)),
    Idea("LoRA", USE, 4, 7, ADAPT, "LoRA: a change made of thin matrices",
         "A large matrix stays as it is; two thin ones beside it learn the new text.",
         "W x + (α / r) B A x", ("GPT-1, -2, -3",)),
    Idea("Verifiers", USE, 3, 8, CHECKED, "A group of answers",
         "A program checks the answers; a group of attempts is its own yardstick.",
         "advantage = r − mean(r of the group)", ("Alignment",)),
    Idea("Probes", MODEL, 4, 8, INSIDE, "A probe",
         "A linear map reads what a layer holds; controls say what the reading means.",
         "W = (XᵀX + λI)⁻¹ XᵀY"),
    Idea("Patches", TEXT, 0, 8, TOWARD, "Images as tokens",
         "A square of pixels becomes a vector by one matrix; it needs no vocabulary.",
         "HW / P² tokens of P²C numbers", ("Tokens",)),
    Idea("Toward GPT-4", MODEL, 2, 8, TOWARD, "What is known about GPT-4",
         "Images, long contexts, human feedback; its size and its parts are not published.",
         "P(next | past), still", ("Scaling laws", "Patches")),
    Idea("Mixture", EXPERTS, 3, 3, MIXTURE, "A question goes to one expert",
         "A gate says which expert answers; nobody sees which one did.",
         "P(y | x) = Σ g_m(x) P_m(y | x)"),
    Idea("EM", EXPERTS, 4, 3, MIXTURE, "EM: learn from one's own guesses",
         "Guess who answered, learn from the guess, repeat; the likelihood never falls.",
         "h_m = g_m P_m / Σ g_j P_j", ("Mixture",)),
    Idea("Diversity", EXPERTS, 4, 1, DIVERSITY, "Two lines of algebra",
         "An ensemble's error is its average member's, less how much they disagree.",
         "ε = ε̄ − ā"),
    Idea("MoE in GPT", EXPERTS, 4, 4, MOE, "The layer by hand",
         "Many feed-forward networks, of which each token uses a few.",
         "y = Σ_top-k w_e(x) f_e(x)", ("Mixture", "The block")),
)
# fmt: on


def by_name(name: str) -> Idea:
    """The idea of that name; ValueError for another."""
    ideas = {idea.name: idea for idea in IDEAS}
    known = f"Try one of: {', '.join(ideas)}."
    given.must(name in ideas, "The map has no such idea", repr(name), known)
    return ideas[name]


def leads_to(name: str) -> list[str]:
    """The ideas that rest on this one."""
    return [idea.name for idea in IDEAS if name in idea.rests_on]


def all_below(name: str) -> set[str]:
    """Everything that an idea rests on, directly or not."""
    direct = by_name(name).rests_on
    return set(direct).union(*(all_below(below) for below in direct))
