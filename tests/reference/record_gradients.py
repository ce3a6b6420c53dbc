"""Ask torch for the losses and gradients of the small learning problems.

python -m tests.reference.record_gradients        (with torch installed; recorded with torch 2.13.0)
"""

from pathlib import Path

import numpy as np

from tests.reference.problems import PROBLEMS, SEEDS, STEP, batch, point

FILE = Path(__file__).with_name("gradients.npz")


def main() -> None:
    import torch
    from torch.nn import functional

    def tensor(a):
        return torch.tensor(np.asarray(a), dtype=torch.float64)

    def examples(o, rows):
        x, y = o._data["train"]
        return tensor(x[rows]), tensor(y[rows])

    def least_squares(o, p, run):
        x, y = examples(o, batch(o)[run])
        return functional.mse_loss(x @ p["w"], y) / 2

    def logistic_regression(o, p, run):
        x, y = examples(o, batch(o)[run])
        z = x @ p["w"] + p["b"]
        return functional.binary_cross_entropy_with_logits(z, y) + o.l2 / 2 * (p["w"] ** 2).sum()

    def softmax_regression(o, p, run):
        x, y = o.dataset.split("train")
        rows = batch(o)[run]
        z = functional.linear(tensor(x[rows]), p["W1"].T, p["b1"])
        return functional.cross_entropy(z, torch.tensor(y[rows])) + o.l2 / 2 * (p["W1"] ** 2).sum()

    def matrix_factorisation(o, p, run):
        return torch.linalg.matrix_norm(p["U"] @ p["V"].T - tensor(o.matrix)) ** 2 / 2

    def linear_network(o, p, run):
        x, y = examples(o, batch(o)[run])
        return ((torch.linalg.multi_dot([x, *p.values()]) - y) ** 2).sum(dim=1).mean() / 2

    def autoencoder(o, p, run):
        pixels = a = tensor(o.dataset.split("train")[0][batch(o)[run]])
        for k in range(1, 5):
            a = functional.linear(a, p[f"W{k}"].T, p[f"b{k}"])
            a = torch.tanh(a) if k < 4 else a
        penalty = sum((p[f"W{k}"] ** 2).sum() for k in range(1, 5))
        return functional.mse_loss(a, pixels) + o.weight_decay / 2 * penalty

    def mlp(o, p, run):
        x, y = o.dataset.split("train")
        rows, a = batch(o)[run], tensor(x[batch(o)[run]])
        for k in (1, 2):
            a = functional.batch_norm(a @ p[f"W{k}"], None, None, p[f"g{k}"], p[f"b{k}"], training=True)
            a = torch.tanh(a) * tensor(o._kept[k - 1].at(STEP, SEEDS)[run])
        penalty = sum((p[f"W{k}"] ** 2).sum() for k in (1, 2, 3))
        outputs = a @ p["W3"] + p["b3"]
        loss = functional.cross_entropy(outputs, torch.tensor(y[rows]), label_smoothing=o.label_smoothing)
        return loss + o.weight_decay / 2 * penalty

    def noisy_quadratic(o, p, run):
        h = 1 / torch.arange(1, 9, dtype=torch.float64)
        noise = tensor(o._noise.at(STEP, SEEDS)[run]) * torch.sqrt(h / o.batch_size)
        return (h * p["theta"] ** 2).sum() / 2 + (noise * p["theta"]).sum()

    def quadratic_deep(o, p, run):
        away = p["theta"] - tensor(o._x[batch(o)[run]])
        return torch.einsum("ni,ij,nj->n", away, tensor(o._Q), away).mean() / 2

    losses = (
        least_squares, logistic_regression, softmax_regression, matrix_factorisation, linear_network, autoencoder, mlp,
        noisy_quadratic, quadratic_deep,
    )  # fmt: skip
    recorded = {}
    for loss_of in losses:
        name = loss_of.__name__
        objective = PROBLEMS[name]()
        params = point(objective)
        for run in range(len(SEEDS)):
            leaves = {key: tensor(p[run]).requires_grad_() for key, p in params.items()}
            loss = loss_of(objective, leaves, run)
            loss.backward()
            recorded[f"{name}/{run}/loss"] = loss.item()
            recorded |= {f"{name}/{run}/{key}": leaf.grad.numpy() for key, leaf in leaves.items()}
    np.savez_compressed(FILE, **recorded)


if __name__ == "__main__":
    main()
