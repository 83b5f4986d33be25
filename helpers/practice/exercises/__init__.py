"""The exercises of the notebooks: `check_...(answer)`, `.hint()`, `.solution()`.

surprisal           00: the cost of a text, a floor by hand, equal choices
rnn_to_attention    01: a state, a look-up
sines_of_places     01: sines of places
decoder             02: a block of the decoder, and what it reads
divergence          02: the divergence from the truth
merging             03: one merge
tokens              03: bits per character, and blocks
bigram              04: a table, a loss, and its floor
attention           05: a head, its width, and how far back it looks
block               06: LayerNorm, and the stream
dropout             06: dropout
learning_rate       07: a learning rate that rises and falls
training            07: the loss of a batch, and clipping
generation          08: temperature, top-k, top-p
key_value_cache     08: one step with a cache
parameters          09: the number of parameters
tying_and_decay     09: one matrix, used twice, and what decays
images              10: an image from its patches
long_context        10: the cache of a model with windows
preferences         17: the best policy, and DPO's loss
adapting            20: two thin matrices, and a layer with them
chat_and_teacher    20: a loss on the answer only, and a teacher's
checked_answers     21: the best of n, a verifier without a hole
checked_rewards     21: a group's advantages, one of k
mixture             11: who answered, and an M-step
mixture_variance    11: mean and variance of a mixture
ensemble            12: an error without answers, a geometric mean, shared errors
routing             13: a gate, and its balance
routing_places      13: its places
rotary_turn         18: RMSNorm, and turning queries and keys
shared_heads        18: shared keys and values, and what they save
every_text          14: the probability of all texts together
who_sees            14: which tokens an output may depend on
later_token         15: a later token, and reading in pieces
the_mask            16: two masks
bits_per_byte       19: bits per byte
four_bits           19: 4-bit weights, undone
speculation         19: a draft is kept or refused
inside_the_model    22: a score on other texts, control labels, the lens, a patch

Where a notebook has two modules, they come in the order of their names.
"""
