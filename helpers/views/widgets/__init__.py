"""Widgets: controls around pure functions state -> Picture, shown by one front end for all.

The only room that knows ipywidgets (7.7.1 as on Colab, and 8) and anywidget. No `interact`, no
Output widget, nothing from a CDN; `front.js` computes nothing.

explorer              controls above a picture; every move draws the picture of the new state
stops                 every place where a control can stand, as the text that a reader sees
board                 what a page is told about the controls, and the script that shows them
front                 the page's side of an explorer: what it wishes, and what it is shown
plain                 the same where anywidget is missing: ipywidgets' own controls
flipbook              pictures of other states, stored: with them it moves without a kernel
view                  the part of a plain widget that is looked at
controls              controls that several widgets need
live                  plots that are drawn anew at every move
shown                 what a cell has shown: freed when it runs again
sweep                 where a sweep takes a control
attention_heatmap     any layer, any head, any text, on any model
attention_scale       why scores are divided by √d_k
block_lab             a block taken apart: its wiring, and what it learns
cache_steps           keys and values, kept or computed again
changed_token         change one token, and see whose answers move
causal_mask           decide who may look at whom
mask_lab              what the mask widget knows: models, masks, losses
compute_budget        large and short, or small and long
context_length        what each further character of context is worth
concept_map           the map of the course's ideas
diversity_error       the three curves of an ensemble
diversity_parts       the picture of its curves and its bar
drawing_reader        a noisy drawing, and what Bayes and a model make of it
em_steps              EM at work, step by step
expert_layer          a layer of experts, step by step
group_baseline        one question's answers while a verifier trains the policy
guessing_game         guess the next character, and pay
inside                what is known at every character, layer by layer
live_loss             the loss while a model trains
lora_rank             what is learned and forgotten, by what may learn
model_sizes           parameters, memory and training of a GPT
moe_routing           which expert reads which token
next_character        what the model expects, beside what is true
next_word             temperature and cuts on real words
one_batch             a batch, place by place: what is read, what must come
one_copy              a copy in three steps: two heads and the prediction
one_look              attention in one short sentence
reading               what a model and the truth expect after a text
norm_placement        the norm before or after: gradients by depth
rlhf_beta             how far β lets a policy move
rlhf_parts            the two halves of its picture
rotary                rotary positions as clocks, and the score of a distance
sampling_temperature  what temperature and its like do to the next token
tokenizer_explorer    a text under several tokenizers
window_reach          how far a sliding window reaches through several layers
word_by_word          a translation, word by word
"""

from helpers.views.widgets.attention_heatmap import attention_heatmap
from helpers.views.widgets.attention_scale import attention_scale
from helpers.views.widgets.block_lab import block_lab
from helpers.views.widgets.cache_steps import cache_steps
from helpers.views.widgets.causal_mask import causal_mask
from helpers.views.widgets.changed_token import changed_token
from helpers.views.widgets.compute_budget import compute_budget
from helpers.views.widgets.concept_map import concept_map
from helpers.views.widgets.context_length import context_length
from helpers.views.widgets.diversity_error import diversity_error
from helpers.views.widgets.drawing_reader import drawing_reader
from helpers.views.widgets.em_steps import em_steps
from helpers.views.widgets.expert_layer import expert_layer
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.group_baseline import group_baseline
from helpers.views.widgets.guessing_game import guessing_game
from helpers.views.widgets.inside import inside
from helpers.views.widgets.live_loss import LiveLoss
from helpers.views.widgets.lora_rank import lora_rank
from helpers.views.widgets.model_sizes import model_sizes
from helpers.views.widgets.moe_routing import moe_routing
from helpers.views.widgets.next_character import next_character
from helpers.views.widgets.next_word import next_word
from helpers.views.widgets.norm_placement import norm_placement
from helpers.views.widgets.one_batch import one_batch
from helpers.views.widgets.one_copy import one_copy
from helpers.views.widgets.one_look import one_look
from helpers.views.widgets.rlhf_beta import rlhf_beta
from helpers.views.widgets.rotary import rotary
from helpers.views.widgets.sampling_temperature import sampling_temperature
from helpers.views.widgets.tokenizer_explorer import tokenizer_explorer
from helpers.views.widgets.window_reach import window_reach
from helpers.views.widgets.word_by_word import word_by_word
