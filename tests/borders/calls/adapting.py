"""Right calls of what adapts a trained model: LoRA, chats, distillation."""

from torch import nn

from helpers.learning import adapting, distilling
from helpers.models import lora
from helpers.text import chats, playwright
from helpers.text.playwright import foresight
from helpers.text.tokenizers import CharTokenizer
from tests.borders.calls.small import gpt, stream, tokens
from tests.borders.slips import call

OPENING = "A graveyard. Enter Ajax, Beatrix and Kent.\n\n"


def of_adapting():
    model, ids, own = gpt(), tokens(80), tokens(4, 8)
    adapted = lora.with_lora(model, 2)
    letters = CharTokenizer(playwright.characters()).with_special(*chats.MARKS)
    yield call(lora.LoRALinear, nn.Linear(8, 6), 2, 4.0, free={"layer": "config"})
    yield call(lora.with_lora, model, 2, 4.0)
    yield call(lora.merged, adapted)
    yield call(lora.adapter, adapted)
    yield call(lora.learned_numbers, adapted)
    yield call(lora.with_own_head, model)
    yield call(adapting.shortened, model, 4)
    yield call(adapting.with_new_tokens, model, 2)
    free = {"own": "one more, transposed", "before": "swapped"}
    yield call(adapting.forgetting, gpt(n_layer=1), model, own[:, :7], free=free)
    sizes = {"steps": 2, "rank": 2, "block_size": 8, "batch_size": 2, "lr": 1e-2, "seed": 0}
    free = {"ids": "one more", "seed": "zero"}
    yield call(adapting.tuned_by_lora, model, ids, **sizes, progress=False, free=free)
    yield call(chats.asked, "Who?", free={"question": "empty"})
    yield call(
        chats.rows,
        [("A", "B"), ("A", "K")],
        letters,
        free={"exchanges": "one more, empty in it in it"},
    )
    graded = [["Six.", "Two."], ["Six.", "Two."]]
    empty = {"replies": "empty in it"}
    yield call(chats.graded, *graded, free=empty)
    two = {"logits": "shape", "teacher": "shape"}
    yield call(distilling.distillation_loss, stream(2, 5, 7), stream(2, 5, 7), 2.0, free=two)
    probs = stream(2, 8, 11).softmax(-1)
    yield call(distilling.distance, model, tokens(2, 8), probs)
    yield call(foresight.next_probs, OPENING, letters, free={"text": "empty"})
