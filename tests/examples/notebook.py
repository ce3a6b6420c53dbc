# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Which optimizer, in a notebook
# Three optimizers on a valley, each tuned in its own space, and the answer.

# %%
import harness

found = harness.sweep(optimizer=["sgd", "momentum", "adam"], objective="rosenbrock", steps=100, trials=8, screen=True)

# %% [markdown]
# The last line of a cell shows the results: the answer and the table.

# %%
found

# %% [markdown]
# The answer as data, and every run as a row of a data frame.

# %%
found.answer.winner, found.answer[0].unbeaten

# %%
runs = found.frame("runs")
runs[runs["phase"] == "confirm"].groupby("optimizer")["loss"].median()

# %% [markdown]
# One config, with a list as its value; and a hyperparameter, whose name has a dot.

# %%
one = harness.run(optimizer="adam", objective="rosenbrock", steps=100, seeds=[3, 5], **{"optimizer.lr": 0.1})
curves = one.frame("curves")
curves.groupby("step")["loss"].mean().tail(3)

# %% [markdown]
# A typo is one line.

# %%
try:
    harness.run(optimizer="adma")
except harness.UserError as error:
    print(str(error)[:60])
