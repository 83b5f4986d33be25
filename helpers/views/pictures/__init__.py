"""Pictures made by hand, as SVG or HTML: drawn anew within milliseconds.

attention_map    one head's map, or all of them, and one row in numbers
attention_parts  the parts of an attention picture
batch_grid       a batch as two grids, and one token's vector
block_wiring     a block as a flow, from the bottom to the top
clocks           a pair of channels of a query and a key, as hands of a clock
expert_layer     a layer of experts, from the tokens to the sum
fetched          where something waits in the stream, and when it is fetched
guessed_text     a text that is guessed, and who paid how much
idea_map         the ideas of the course as a drawn map
ideas            each idea: a sentence, a formula, what it rests on
judged_text      written texts, coloured until the first impossible character
known_grid       what each layer expects, and what is read there, beside the truth
mask_grid        a mask as a grid, and what it costs
next_bars        the likeliest next characters as bars
one_look         one word looks: query, keys, scores, weights, values, sum
routed_text      text coloured by the expert that each token asks
size_card        a model's size at a glance
surprisal_text   text coloured by surprise
text_arcs        who looks where, as arcs over the text
thin_change      a matrix that stays, and two thin ones that learn
token_strip      text cut into tokens
vocabulary_bars  the whole vocabulary as bars
word_bars        the likeliest next words as bars
"""
