"""The exercises of the notebooks: `check_...(answer)`, `.hint()`, `.solution()`.

surprisal           00: the cost of a text, a floor by hand, equal choices
merging             01: one merge
tokens              01: bits per character, and blocks
bigram              02: a table, a loss, and its floor
rnn_to_attention    03: a state, a look-up
sines_of_places     03: sines of places
decoder             04: a block of the decoder, and what it reads
divergence          04: the divergence from the truth
the_mask            05: two masks
attention           06: a head, its width, and how far back it looks
block               07: LayerNorm, and the stream
dropout             07: dropout
learning_rate       08: a learning rate that rises and falls
training            08: the loss of a batch, and clipping
generation          09: temperature, top-k, top-p
key_value_cache     09: one step with a cache
parameters          10: the number of parameters
tying_and_decay     10: one matrix, used twice, and what decays
images              11: an image from its patches
long_context        11: the cache of a model with windows
preferences         12: the best policy, and DPO's loss
mixture             13: who answered, and an M-step
mixture_variance    13: mean and variance of a mixture
ensemble            14: an error without answers, a geometric mean, shared errors
routing             15: a gate, and its balance
routing_places      15: its places
rotary_turn         16: RMSNorm, and turning queries and keys
shared_heads        16: shared keys and values, and what they save
bits_per_byte       17: bits per byte
four_bits           17: 4-bit weights, undone
speculation         17: a draft is kept or refused
adapting            18: two thin matrices, and a layer with them
chat_and_teacher    18: a loss on the answer only, and a teacher's
checked_answers     19: the best of n, a verifier without a hole
checked_rewards     19: a group's advantages, one of k
inside_the_model    20: a score on other texts, control labels, the lens, a patch
every_text          21: the probability of all texts together
who_sees            21: which tokens an output may depend on
later_token         22: a later token, and reading in pieces

Where a notebook has two modules, they come in the order of their names.
"""
