"""Floor 6: what a reader checks: claims, exercises, and bugs that still train.

asked       a published model, live or from the record of its run
answers     a reader's result compared with what must come out, and told in words
bugs/       famous slips, each as code that runs without an error
checks      checks of a GPT that find what a falling loss does not show
claims      a sentence of the text that a cell checks
collected   every claim of the course, read from the notebooks
exercise    cases, a solution, slips and hints; it says what is wrong
exercises/  the exercises of the notebooks
"""

from helpers.practice.claims import claim
