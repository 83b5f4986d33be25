"""Notebook 10: images and alignment."""

import torch


def image_again(patches, P, height, width):
    image = torch.zeros(patches.shape[1] // P**2, height, width)
    columns = width // P
    for n, patch in enumerate(patches):
        y, x = n // columns * P, n % columns * P
        image[:, y : y + P, x : x + P] = patch.view(P, P, -1).permute(2, 0, 1)
    return image


def best_policy(reference, reward, beta):
    return (reference.log() + reward / beta).softmax(-1)


def preference_loss(policy_w, policy_l, reference_w, reference_l, beta):
    margin = (policy_w - reference_w) - (policy_l - reference_l)
    return -torch.nn.functional.logsigmoid(beta * margin).mean()
