"""Floor 3: the mathematics beside the models: entropy, divergence, mixtures, sizes and costs.

probability    entropy, divergence and perplexity of distributions
sharpness      how sharply attention picks, and what gradient is left
graphs         the longest chain of operations that wait for each other
depth          signals and gradients through many layers
scaling        parameters, operations and memory of a model, counted on paper
power_laws     a loss that falls with size like a power, fitted
hardware       what graphics processors hold and do, and how long a training takes
serving        what a mixture of experts costs to hold, to run and to spread
decoders       published decoders, counted by named parts
printed        whether a computed number agrees with a printed one
mixtures       a mixture of experts as a probability model: prior, posterior, density, draws
em             a mixture of experts fitted to data by EM
expert_losses  cooperative, competitive and mixture: three losses of experts who answer together
boosting       bagging and AdaBoost, to be compared with a mixture
decomposition  error = average error - ambiguity, for any ensemble
students       the errors of linear students, exactly
simulation     the same errors, measured
ensembles      the three above in one import, and the best shares, decays and weights
"""
