"""Floor 2: the models. The letters in every shape comment of this floor:

B  batch: sequences computed side by side      T  time: tokens in a sequence, at most block_size
C  channels: width of the stream, n_embd       V  vocabulary: number of different tokens
nh heads per layer, n_head                     hs width of one head, C / nh
L  layers, n_layer                             S  tokens already seen and read now (with a cache)

config          the numbers and the names of parts that define a GPT
parts           the names of parts, and what each stands for
positions       how a model is told where a token stands
attention       attention, and its weights for pictures
grouped         attention that shares keys and values, normalises queries, or slides
cache           the keys and values of the tokens already read
masks           who may look at whom
lora            a change of a trained model in thin matrices
norms           vectors brought to one size
mlp             the feed-forward network, and the gated one
block           attention and a feed-forward network, put together
gpt             the GPT
quick           one token more, with nothing but the matrices
losses          what the right answers cost
initialise      the numbers that a model starts with
checkpoint      a model on disk
rebuild         a model from the tensors that were read
pretrained      published weights
llama           the settings and tensors of Llama and its relatives
rounded         weights of 4 and 8 bits, undone
int8            products of whole numbers of 8 bits
modes           look at a model as it answers, and leave it as it was
lens            the stream between the blocks, read or exchanged
ladder          the lecture's models, one part more at each step
induction       what a single head looks at, and whether it matters
bigram          the next token from the last one alone
ngrams          the next token from the last few, by counting
rnn             recurrent networks, and from one sequence to another with them
transformer     the encoder–decoder
bert            the encoder alone
vision          images cut into patches, and a GPT that reads them
moe             mixture of experts in the place of a feed-forward network
routing         which experts a token is sent to
balance         how evenly the experts are used
"""
