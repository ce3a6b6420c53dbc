"""What people type who write formulas in another dialect, and how it is written here."""

NO_NAMES = {"I": "formulas are real", "oo": "it is not finite"}  # and what only looks like a number, in any case:
NUMBERS = {
    "pi": "the constant is pi", "π": "the constant is pi", "e": "the constant is e", "inf": "it is not finite",
    "infinity": "it is not finite", "infty": "it is not finite", "nan": "it is not a number",
}  # fmt: skip
OTHERS = {
    "ln": "log", "atan": "arctan", "fabs": "abs", "absolute": "abs", "pow": "a**b", "power": "a**b", "maximum": "max",
    "minimum": "min", "fmax": "max", "fmin": "min", "amax": "max", "amin": "min", "square": "x**2", "average": "mean",
    "inner": "dot", "vdot": "dot", "matmul": "dot", "sgn": "sign", "log1p": "log(1 + x)", "expm1": "exp(x) - 1",
    "log2": "log(x)/log(2)", "exp2": "2**x", "cbrt": "sign(x)*abs(x)**(1/3)", "reciprocal": "1/x",
    "hypot": "sqrt(x**2 + y**2)", "sigmoid": "1/(1 + exp(-x))", "expit": "1/(1 + exp(-x))",
    "softplus": "log(1 + exp(x))", "arcsin": "arctan(x/sqrt(1 - x**2))", "asin": "arctan(x/sqrt(1 - x**2))",
    "arccos": "pi/2 - arctan(x/sqrt(1 - x**2))", "acos": "pi/2 - arctan(x/sqrt(1 - x**2))",
    "arcsinh": "log(x + sqrt(x**2 + 1))", "arctanh": "log((1 + x)/(1 - x))/2", "heaviside": "where(x > 0, 1, 0)",
    "var": "mean((x - mean(x))**2)", "std": "sqrt(mean((x - mean(x))**2))", "logsumexp": "log(sum(exp(x)))",
}  # fmt: skip
HINTS = {  # what is typed, as a pattern, where the grammar ends
    r"(?<![\w.])\d+(\.\d*)?(?!e[+-]?\d)\s*[A-Za-z_(]": "products are written 2*x",
    r"[²³]": "powers are written x**2",
    r"(?<![<>=!])=(?!=)": "a formula is the expression alone, without =",
    r"\|": "absolute values are written abs(x)",
}
MODULES = ("np", "numpy", "math", "sympy", "torch", "jnp", "jax", "tf")
