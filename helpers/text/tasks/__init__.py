"""Tasks with right answers, small enough to learn in seconds.

number_words  numbers in digits, to be written in words
pairs         sources and targets, side by side in a batch
repeats       a random segment over and over
drawings      small images with a name
capitals      of a hundred countries
"""
