"""Slips of whoever looks into a model: probes, their controls, the lens and the patch."""

from tests.mutations.slip import slip

STATES = "text/test_states.py"
LENS = "models/test_lens.py"
PROBES = "learning/test_probes.py"

INSIDE = [
    slip(
        "a sum that is known before its second number is read",
        "text/playwright/states.py",
        "row = [known.get(name, UNKNOWN)]",
        "row = [decided.get(name, UNKNOWN)]",
        f"{STATES}::test_a_sum_is_decided_with_the_last_letter_of_its_second_number",
    ),
    slip(
        "a new scene in which the last one's speaker still counts",
        "text/playwright/states.py",
        "words = {} if name == exchanges.HEADING else words",
        "words = words",
        f"{STATES}::test_the_pieces_put_together_are_the_text",
    ),
    slip(
        "the logit lens without the final norm",
        "models/lens.py",
        "return model.head(model.final_norm(x))",
        "return model.head(x)",
        f"{LENS}::test_at_the_last_layer_the_lens_is_the_model[pre-norm]",
    ),
    slip(
        "a patch one place too early",
        "models/lens.py",
        "x[:, places] = values.to(x)",
        "x[:, [t - 1 for t in places]] = values.to(x)",
        f"{LENS}::test_a_patch_with_its_own_values_changes_nothing[pre-norm]",
    ),
    slip(
        "exchanges whose places and texts are mixed up",
        "models/lens.py",
        "torch.tensor(places).repeat_interleave(B)",
        "torch.tensor(places).repeat(B)",
        f"{LENS}::test_exchanged_is_a_patch_at_each_place_by_itself[pre-norm]",
    ),
    slip(
        "a probe without a bias",
        "learning/probes.py",
        "return Probe(weight, usual - centre @ weight)",
        "return Probe(weight, 0 * usual)",
        f"{PROBES}::test_without_ridge_to_speak_of_it_is_ordinary_least_squares",
    ),
    slip(
        "control labels that are drawn for each example, not for each type",
        "learning/probes.py",
        "torch.tensor([given[each] for each in types])",
        "labels[torch.randperm(len(labels), generator=generator)]",
        f"{PROBES}::test_control_labels_belong_to_the_type_and_occur_as_often_as_the_true_ones",
    ),
    slip(
        "features that become cheap by long directions",
        "learning/sparse.py",
        "nn.functional.normalize(self.directions, dim=-1)",
        "self.directions",
        "learning/test_sparse.py::test_the_loss_by_hand",
    ),
]
