"""The three architectures: what each keeps is drawn and told, what it leaves away is empty."""

from helpers.views import plots
from helpers.views.plots.architecture import MODELS


def test_gpt_is_the_decoder_without_cross_attention_and_bert_the_encoder():
    transformer, bert, gpt = MODELS.values()
    assert set(transformer.decoder) - set(gpt.decoder) == {"cross-attention"} and not gpt.encoder
    assert set(bert.encoder) - set(transformer.encoder) == {"softmax"} and not bert.decoder


def test_the_drawing_names_every_box_that_is_kept_and_no_other():
    written = [text.get_text().replace("\n", " ") for text in plots.architectures().texts]
    kept = [box for model in MODELS.values() for box in (*model.encoder, *model.decoder)]
    assert sorted(written) == sorted([*kept, *MODELS])


def test_the_description_says_what_each_model_has():
    said = plots.architectures().get_label()
    assert "GPT: P(X) has a decoder (embedding + position, masked self-attention, feed-" in said
    assert said.count("cross-attention") == 1 and "BERT: P(hidden | seen) has an encoder (" in said
