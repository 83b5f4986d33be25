"""Floor 2: the models. The letters in every shape comment of this floor:

B  batch: sequences computed side by side      T  time: tokens in a sequence, at most block_size
C  channels: width of the stream, n_embd       V  vocabulary: number of different tokens
nh heads per layer, n_head                     hs width of one head, C / nh
L  layers, n_layer                             S  tokens already seen and read now (with a cache)
"""
