"""Wrong concepts of the notebook *Mixture of experts*."""

from tests.mutations.concept import concept

NAME = "mixture_of_experts"
CONCEPTS = [
    concept(
        "a posterior without its prior",
        NAME,
        "Expert 1 falls from 27 % to 15 %",
        "",
        "joint = prior * normals.log_prob",
        "joint = torch.ones(2).double() * normals.log_prob",
    ),
    concept(
        "each point given wholly to its likelier expert",
        NAME,
        "No round has lowered it",
        "",
        "h = e_step(guess)",
        "h = e_step(guess).round()",
    ),
    concept(
        "the bound of the prior in place of the posterior",
        NAME,
        "M lifts the bound, E makes it touch again",
        "",
        "h, after = e_step(now), em.step(x, y, now)",
        "h, after = (X @ now.gate.T).softmax(1), em.step(x, y, now)",
    ),
    concept(
        "Newton's curvature without a ridge",
        NAME,
        "From round 100 to 200 the slope still grows",
        "theory/em.py",
        "RIDGE = 1e-8",
        "RIDGE = 0.0",
    ),
    concept(
        "more experts are judged on the points that they were fitted to",
        NAME,
        "On new points two experts are best",
        "",
        "mixtures.log_density(new_x, new_y, best).mean()",
        "mixtures.log_density(x, y, best).mean()",
    ),
    concept(
        "bagging without a bootstrap",
        NAME,
        "The members differ",
        "",
        "boosting.bootstrap(200, members=50)",
        "torch.arange(200).expand(50, 200)",
    ),
    concept(
        "least squares bagged without a bootstrap",
        NAME,
        "With 110 points bagging helps",
        "",
        "boosting.bootstrap(n, 30, seed)",
        "torch.arange(n).expand(30, n)",
    ),
    concept(
        "votes by hand, of a third of the size",
        NAME,
        "After its round each member is no better than chance",
        "",
        "((1 - e) / e).log() / 2",
        "((1 - e) / e).log() * 0.15",
    ),
    concept(
        "the members' log-odds averaged, not added",
        NAME,
        "Together they are surer than the surest",
        "",
        "torch.sigmoid(2 * boosted(bed).abs().max())",
        "torch.sigmoid(2 * boosted(bed).abs().max() / 20)",
    ),
    concept(
        "a branch weighed by its gate alone",
        NAME,
        "Branch by branch or all at once",
        "",
        "h_branch = top * density / (top * density).sum()",
        "h_branch = top",
    ),
]
