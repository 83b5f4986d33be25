"""Floor 4: training a model, measuring it, and letting it speak.

training     the loop: a GPT makes a text likelier, batch by batch
fitting      the same loop for anything that can name its loss
run          a training run between two steps, and its history
identity     what a run was made of, in words that another process says again
step         one training step, and the settings of a run, checked
optimizer    the learning rate, and AdamW
muon         an optimizer whose steps are equally long in all directions of a matrix
balancing    what a step adds so that all experts learn
resume       a run on disk, resumed exactly
interrupt    Ctrl-C that waits for the end of a step
pretrain     the command that trains with several processes
evaluation   the loss on unseen text, and how far it is above the truth
sampling     from logits to a distribution, from there to tokens
speculative  a small model drafts, the large one checks
recitation   how much of a text stands word for word in another one
questions    what a language model can be asked
decoding     the one answer: greedily or with a beam
beam         a beam search over texts
members      GPTs that each read a part of a text and answer together
translation  a Transformer learns pairs
classifying  a class at every position
probes       what one linear map reads out of a model, and what a control reads
sparse       a sparse autoencoder: many directions, of which few are active
masking      one small GPT under any mask
adapting     a trained model learns another text, and what it forgets
distilling   a model learns from a whole distribution
captioning   a GPT that sees a drawing and writes its name
scale_out    how several processes share a training
alignment    towards what people prefer: rewards, DPO, policy gradient
"""
