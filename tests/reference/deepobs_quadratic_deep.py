"""DeepOBS's quadratic_deep in plain NumPy: written from its definition, sharing nothing with objectives/."""

from functools import cache

import numpy as np


@cache
def hessian():
    rng = np.random.RandomState(42)
    eigenvalues = np.r_[rng.uniform(0, 1, size=90), rng.uniform(30, 60, size=10)]
    c, s = np.cos(a := rng.uniform() * 2 * np.pi), np.sin(a)
    R = np.array([[c, s], [-s, c]])
    for n in range(2, 100):
        v = rng.standard_normal(n + 1)
        u = np.eye(n + 1)[0] - v / np.sqrt(v @ v)
        reflection = np.eye(n + 1) - 2 * np.outer(u, u) / (u @ u)
        R = reflection @ np.block([[np.ones((1, 1)), np.zeros((1, n))], [np.zeros((n, 1)), R]])
    return R.T @ np.diag(eigenvalues) @ R


def held_out_losses(seed, lr, betas=None, epochs=100):
    """The test loss at the start and after every epoch, of SGD or (with betas) of TensorFlow's Adam."""
    Q, theta, rng = hessian(), np.ones(100), np.random.default_rng(seed)
    train, test = (np.random.RandomState(s).normal(0, 0.6, size=(1000, 100)).astype(np.float32) for s in (42, 43))
    m, v, t = np.zeros(100), np.zeros(100), 0
    losses = [np.einsum("ni,ij,nj->n", theta - test[:896], Q, theta - test[:896], optimize=True).mean() / 2]
    for _ in range(epochs):
        order = rng.permutation(1000)
        for k in range(7):
            g, t = np.mean((theta - train[order[128 * k : 128 * k + 128]]) @ Q, axis=0), t + 1
            if betas:
                m, v = (b * old + (1 - b) * new for b, old, new in zip(betas, (m, v), (g, g**2), strict=True))
                theta = theta - lr * np.sqrt(1 - betas[1] ** t) / (1 - betas[0] ** t) * m / (np.sqrt(v) + 1e-8)
            else:
                theta = theta - lr * g
        losses.append(np.einsum("ni,ij,nj->n", theta - test[:896], Q, theta - test[:896], optimize=True).mean() / 2)
    return np.array(losses)
