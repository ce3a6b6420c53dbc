"""The optimizers of Deep Learning from Scratch under its names and with its arguments: `from harness import Adam`.

They are functions that return the optimizers which configs name, with the numbers of the book's common/optimizer.py: it
adds 1e-7 to the root and has no name for it. `harness.make` gives the other numbers, schedules and everything else.
"""

import harness.optimizers.adam as adam
import harness.optimizers.adaptive as adaptive
import harness.optimizers.gradient_descent as descent


def SGD(lr: float = 0.01) -> descent.SGD:
    """The book's SGD (section 6.1.2), which is `optimizer=sgd` with lr 0.01 in place of 0.1.

    >>> params = {"x": -7.0, "y": 2.0}
    >>> SGD(lr=0.5).update(params, {"x": -0.7, "y": 4.0})
    >>> params
    {'x': -6.65, 'y': 0.0}
    """
    return descent.SGD(lr)


def Momentum(lr: float = 0.01, momentum: float = 0.9) -> descent.Momentum:
    """The book's Momentum (section 6.1.4), which is `optimizer=momentum`."""
    return descent.Momentum(lr, momentum)


def Nesterov(lr: float = 0.01, momentum: float = 0.9) -> descent.Nesterov:
    """Nesterov's accelerated gradient, which is `optimizer=nesterov`: params move by momentum^2 v - (1 + momentum) lr g
    with the v of the step before, as in Bengio et al. 2013.

    The book's repository has had two versions: its first added the new v, which is another method; this is the second.
    """
    return descent.Nesterov(lr, momentum)


def AdaGrad(lr: float = 0.01) -> adaptive.AdaGrad:
    """The book's AdaGrad (section 6.1.5), which is `optimizer=adagrad`."""
    return adaptive.AdaGrad(lr, eps=1e-7)


def RMSprop(lr: float = 0.01, decay_rate: float = 0.99) -> adaptive.RMSProp:
    """The book's RMSprop, which is `optimizer=rmsprop` with lr 0.01, rho 0.99 and eps 1e-7 in place of 0.001, 0.9 and
    1e-8; the book's decay_rate is rho.
    """
    return adaptive.RMSProp(lr, decay_rate, eps=1e-7)


def Adam(lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999) -> adam.Adam:
    """The book's Adam (section 6.1.6), which is `optimizer=variant/adam_book`: eps is 1e-7 and is added to the root of
    v before v is corrected for its start at 0. `optimizer=adam` adds 1e-8 to the root of the corrected v.

    The two part where gradients are small:

    >>> for optimizer in (Adam(lr=0.1), adam.Adam(lr=0.1)):
    ...     params = {"x": 0.0}
    ...     optimizer.update(params, {"x": 1e-6})
    ...     print(round(params["x"], 4))
    -0.024
    -0.099
    """
    return adam.Adam(lr, beta1, beta2, eps=1e-7, eps_hat=True)
