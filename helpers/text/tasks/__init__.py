"""Tasks with right answers, small enough to learn in seconds.

number_words  numbers in digits, to be written in words
pairs         sources and targets, side by side in a batch
counting      sums asked in words, and a child who miscounts
long_sums     sums of several digits, answered at once or written out
repeats       a random segment over and over
drawings      small images with a name
capitals      of a hundred countries
"""
