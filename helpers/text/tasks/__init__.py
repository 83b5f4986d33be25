"""Tasks with right answers: number words, pairs to translate, repeats and small drawings."""
