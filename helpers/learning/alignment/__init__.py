"""Alignment: move a model towards what people prefer, but not too far from what it was.

preferences      comparisons of answers, and the reward model that explains them
closed_form      the best policy at a price on KL, exactly
answers          a GPT's whole answers: their log-probabilities, and ordinary training on them
dpo              direct preference optimization: its loss, and a GPT trained with it
groups           several answers to one question, each judged by its group
attempts         one right answer among several, and the best of them
policy_gradient  reinforcement learning: a GPT tries answers, and the better ones get likelier
"""

from helpers.learning.alignment.closed_form import optimal_policy, optimal_value
from helpers.learning.alignment.dpo import dpo_loss
from helpers.learning.alignment.preferences import bradley_terry, reward_loss
