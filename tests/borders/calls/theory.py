"""Right calls of what stands in the room theory."""

import numpy as np
import torch

from helpers.models import (
    initialise,
)
from helpers.theory import (
    boosting,
    decoders,
    decomposition,
    depth,
    em,
    ensembles,
    expert_losses,
    graphs,
    hardware,
    mixtures,
    power_laws,
    printed,
    probability,
    scaling,
    serving,
    sharpness,
    simulation,
    students,
)
from tests.borders.calls.small import LONGER, config, gpt, stream, tokens
from tests.borders.slips import call


def of_theory():
    p, q = stream(3, 4).softmax(-1), stream(3, 4).abs() + 0.1
    q = q / q.sum(-1, keepdim=True)
    rows = "one for batch, batch for one"
    yield call(probability.entropy, p, free={"probs": rows})
    yield call(probability.cross_entropy, p, q, free={"p": rows, "q": rows})
    yield call(probability.kl, p, q, free={"p": rows, "q": rows})
    yield call(probability.perplexity, 1.5, free={"nats": "list, negative"})
    yield call(sharpness.sharpness, p, free={"weights": rows})
    yield call(sharpness.random_scores, [1, 2, 4], 4, 5, 0, free={"seed": "zero"})
    x = torch.ones(3, requires_grad=True)
    yield call(graphs.longest_chain, (x * 2 + x).exp(), free={"result": "all"})
    model, idx = gpt(), tokens(2, 5)
    yield call(depth.stream_sizes, model, idx, free=LONGER)
    yield call(depth.gradient_norms, model, idx, tokens(2, 5))
    yield call(
        depth.start_gradients,
        config(),
        initialise.gpt2,
        [0, 1],
        free={"seeds": "one more, zero in it"},
    )
    sizes, costs = [1e4, 1e5, 1e6, 1e7], [1.2, 0.9, 0.8, 0.77]
    loss = "one more in it, negative in it"
    yield call(power_laws.fit, sizes, costs, free={"losses": loss})
    yield call(power_laws.without_one, sizes, costs, free={"losses": loss})
    yield call(
        power_laws.bootstrap,
        sizes,
        [[c, c + 0.01] for c in costs],
        3,
        0,
        free={"seed": "zero", "losses": "one more in it, negative in it"},
    )
    law = scaling.HOFFMANN
    for function in (
        scaling.count_parameters,
        scaling.attention_flops_per_token,
        scaling.kv_cache_bytes_per_token,
        scaling.parameter_parts,
        serving.active_parameters,
    ):
        yield call(function, config())
    yield call(decoders.latent_kept, 512, 64)
    yield call(decoders.latent_attention_parameters, 64, 4, 16, 8, 32, 16)
    yield call(scaling.training_flops, 1e8, 1e9)
    yield call(scaling.optimizer_bytes, 1000, free={"n_params": "share"})
    yield call(law.loss, 1e8, 1e9)
    yield call(law.best_size, 1e18)
    gpu = hardware.GPUS["T4 (2018)"]
    yield call(hardware.training_seconds, 1e15, gpu, 8, 0.4)
    yield call(hardware.utilisation, 1e15, gpu, 8, 60.0)
    yield call(
        serving.experts_hit, [0.5, 0.5, 1.0], 4, free={"shares": "one more", "n_tokens": "zero"}
    )
    yield call(serving.all_to_all_bytes, 8, 2, 4)
    yield call(serving.MIXTRAL_8X7B.bytes_per_step, 4, free={"batch": "zero"})
    yield call(printed.agrees, "117M", 116_534_784, free={"computed": "negative, zero, share"})
    yield call(
        expert_losses.expert_losses,
        stream(3),
        stream(3, 2),
        stream(3, 2).softmax(-1),
        free={"outputs": ""},
    )


def of_ensembles():
    x, y = torch.linspace(-1, 1, 12), stream(12)
    real = {"x": "negative, NaN in it", "y": "negative"}
    mix = em.random_start(x, y)
    X = mixtures.design(x)
    h = mixtures.responsibilities(x, y, mix)
    yield call(
        mixtures.Mixture,
        mix.gate,
        mix.weights,
        mix.variances,
        free={"gate": "transposed", "weights": "transposed"},
    )
    one = {"x": "batch for one, one for batch, one more"}
    yield call(mixtures.gate_probabilities, x, mix.gate, free=one | {"gate": "transposed"})
    yield call(mixtures.design, x, free=one)
    for function in (mixtures.predict, mixtures.spread, mixtures.sample):
        yield call(function, x, mix, free=one)
    for function in (
        mixtures.log_density,
        mixtures.log_likelihood,
        mixtures.responsibilities,
        em.step,
    ):
        yield call(function, x, y, mix, free=real)
    yield call(mixtures.lower_bound, x, y, mix, h, free=real)
    yield call(em.fit, x, y, n_experts=2, seed=0, steps=3, free={"seed": "zero", "steps": "zero"})
    yield call(em.random_start, x, y, 2, 0, free={"seed": "zero"})
    yield call(em.fit_experts, x, y, h, free={"responsibilities": "one more"})
    yield call(em.gate_step, X, h, mix.gate)
    yield call(em.newton_direction, X, h, mix.gate)
    yield call(em.gate_objective, X, h, mix.gate)
    yield call(boosting.bootstrap, 10, 3, 0, free={"seed": "zero"})
    draws = boosting.bootstrap(12, 3)
    labels = 2.0 * (y > 0) - 1
    yield call(boosting.bagging, boosting.line, x, y, draws, free={"draws": "one more, transposed"})
    yield call(boosting.adaboost, boosting.stump, x, labels, 3)
    yield call(boosting.vote_weight, 0.3)
    yield call(boosting.line, x, y, torch.ones(12))
    yield call(boosting.stump, x, labels.double(), torch.ones(12).double() / 12)
    f = np.stack([y.numpy(), y.numpy() + 0.5], -1)
    free = {"y": "one more", "predictions": "one more, transposed"}
    yield call(decomposition.decompose, y.numpy(), f, free=free)
    yield call(decomposition.ambiguity, f, free={"predictions": "shape"})
    log_probs = stream(5, 3, 4).log_softmax(-1)
    yield call(decomposition.decompose_log_loss, tokens(5, most=4), log_probs)
    rates = {"c": 0.2, "alpha": 1.0, "lam": 0.1, "sigma2": 0.2, "K": 5, "T": 0.1}
    lists = dict.fromkeys(rates, "list")
    yield call(students.learning_curve, **rates, free=lists)
    yield call(students.error_parts, 0.2, 1.0, 0.1, 0.2, free=lists)
    yield call(students.training_error, 0.2, 1.0, 0.1, 0.2, free=lists)
    yield call(students.random_subsets, 0.2, 1.0, 4)
    yield call(
        students.error_matrix,
        students.random_subsets(0.2, 1.0, 4),
        0.1,
        0.2,
        free={"shared": "", "lam": "list", "sigma2": "list"},
    )
    yield call(students.unlearned, 1.0, 0.1, free=lists)
    yield call(ensembles.best_c, 1.0, 0.1, 0.2, free=lists)
    yield call(ensembles.best_lambda, 0.2, 1.0, 0.2, free=lists)
    E = students.error_matrix(students.random_subsets(0.2, 1.0, 4), 0.1, 0.2)
    yield call(ensembles.best_weights, E)
    yield call(
        simulation.draw_task, np.random.default_rng(0), 10, 5, 0.2, free={"examples": "zero"}
    )
    _, x, y = simulation.draw_task(np.random.default_rng(0), 10, 5, 0.2)
    yield call(simulation.fit, x, y, 0.1, free={"x": "one more"})
    yield call(simulation.simulate, **rates, N=10, runs=2, seed=0, free={"seed": "zero"})
