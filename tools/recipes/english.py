"""What SmolLM2 answers: questions of the notebook A model of English, with their answers.

The notebook asks them again where the package is installed, and reads them here where it is not.
"""

import random
from collections.abc import Callable

from tqdm import tqdm

from helpers.learning.questions import QUESTIONS
from helpers.models.gpt import GPT
from helpers.practice.asked import written
from helpers.text import published
from helpers.text.playwright import write
from helpers.text.smollm import chat
from helpers.text.tasks.capitals import CAPITALS

NAME = "smollm2-135m"
FRANCE, BEAR, FOOD = "The capital of France is", "Once upon a time there was a bear who", "I like"
DIARY = (
    "Yesterday evening I carried a ladder through the garden, because the cat of our neighbours "
    "had climbed the old pear tree and did not dare to come down. When I stood on the third rung, "
    "the cat looked at me, yawned, jumped onto the shed and walked home."
)
SHUFFLED = " ".join(random.Random(1).sample(words := DIARY.split(), len(words)))
SCENE = write(400, seed=3)[:250]
SENTENCE = "Mrs Wolsey sings, Mrs Wolsey laughs, and Mrs Wolsey"
CHATS = {
    "Australia": "What is the capital of Australia?",
    "spider": "How many legs does a spider have?",
    "Hamlet": "Who wrote Hamlet?",
}


def capital_question(country: str) -> str:
    """A question in the form of a chat, its answer begun up to the name."""
    return chat([("user", f"What is the capital of {country}?")]) + f"The capital of {country} is"


COUNTRIES = [*map(capital_question, CAPITALS)]
RECIPES = {
    "english": {
        "asked": [
            ["likeliest", FRANCE, 5],
            ["greedy", FRANCE, 2],
            ["greedy", FRANCE, 20],
            ["greedy", BEAR, 25],
            ["parameters"],
            *[["ranked_logits", text] for text in (FRANCE, BEAR, FOOD)],
            *[["likeliest", text, 12] for text in (FRANCE, BEAR, FOOD)],
            ["drawn", BEAR, 25, 1, {"temperature": 1.0}],
            ["drawn", BEAR, 25, 2, {"temperature": 1.5}],
            ["drawn", BEAR, 25, 3, {"temperature": 1.5, "min_p": 0.1}],
            *[["prices", text] for text in (DIARY, SHUFFLED, SCENE)],
            ["pieces", SENTENCE],
            ["maps", SENTENCE],
            *[["head_scores", 30, seed] for seed in range(5)],
            *[["halves_of_a_repeat", 30, seed] for seed in range(5)],
            ["greedy", CHATS["Australia"], 20],
            *[["greedy", chat([("user", question)]), 40] for question in CHATS.values()],
            ["first_answers", COUNTRIES[:5]],
            ["first_answers", COUNTRIES],
            ["stored", "blk.0.ffn_down.weight", 40],
            *[["price_when_rounded", DIARY, bits] for bits in (32, 8, 5, 4, 3)],
        ]
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """Every question with its answer."""
    model, tokenizer = GPT.from_pretrained(NAME), published.load(NAME)
    rows = []
    for name, *given in tqdm(settings["asked"], "questions", disable=not progress):
        answer = QUESTIONS[name](model, tokenizer, *given)
        rows.append({"asked": [name, *given], "answer": written(answer)})
    return {"answers": rows}
