"""Slips of LoRA, of chats and of distillation."""

from tests.mutations.slip import slip

LORA = "models/test_lora.py"
CHATS = "text/test_chats.py"
TEACHER = "learning/test_distilling.py"

ADAPTING = [
    slip(
        "LoRA whose B does not start at zero",
        "models/lora.py",
        "nn.init.zeros_(self.up)",
        "nn.init.normal_(self.up, std=0.02)",
        f"{LORA}::test_it_begins_as_the_model_was",
    ),
    slip(
        "LoRA whose scale forgets the rank",
        "models/lora.py",
        "layer.requires_grad_(False), alpha / rank",
        "layer.requires_grad_(False), alpha",
        f"{LORA}::test_the_scale_is_alpha_over_the_rank",
    ),
    slip(
        "LoRA whose A is frozen",
        "models/lora.py",
        "layer.down.requires_grad_(True)",
        "layer.down.requires_grad_(False)",
        f"{LORA}::test_a_step_changes_the_thin_matrices_and_nothing_else",
    ),
    slip(
        "LoRA beside a model that goes on learning",
        "models/lora.py",
        "adapted = copy.deepcopy(model, memo).requires_grad_(False)",
        "adapted = copy.deepcopy(model, memo)",
        f"{LORA}::test_a_step_changes_the_thin_matrices_and_nothing_else",
    ),
    slip(
        "a change that is merged without its scale",
        "models/lora.py",
        "layer.weight.data += self.scale * self.up.data @ self.down.data",
        "layer.weight.data += self.up.data @ self.down.data",
        f"{LORA}::test_merged_it_is_a_plain_gpt_with_the_same_answers",
    ),
    slip(
        "a chat whose loss counts the question",
        "text/chats.py",
        "y[i, start - 1 : len(row) - 1] = torch.tensor(row[start:])",
        "y[i, : len(row) - 1] = torch.tensor(row[1:])",
        f"{CHATS}::test_the_loss_counts_the_answer_and_one_end",
    ),
    slip(
        "an answer whose targets are shifted by one",
        "text/chats.py",
        "y[i, start - 1 : len(row) - 1] = torch.tensor(row[start:])",
        "y[i, start : len(row)] = torch.tensor(row[start:])",
        f"{CHATS}::test_every_target_is_the_token_after",
    ),
    slip(
        "a softened loss without the temperature squared",
        "learning/distilling.py",
        "return temperature**2 * gaps.sum(-1).mean()",
        "return gaps.sum(-1).mean()",
        f"{TEACHER}::test_its_gradient_is_about_as_long_at_every_temperature",
    ),
    slip(
        "a reversed divergence from the teacher",
        "learning/distilling.py",
        "for x in (teacher, logits))",
        "for x in (logits, teacher))",
        f"{TEACHER}::test_a_teacher_that_is_certain_is_the_plain_loss",
    ),
]
